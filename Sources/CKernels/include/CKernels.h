/// The vector kernels of Lathe.
///
/// Every kernel is plain C over caller-owned buffers: no allocation, no errors, and no global state but
/// the instruction set, which is chosen at load.
/// On x86-64 each is compiled three times (SSE2, AVX2, AVX-512) and resolved then, so one binary runs
/// everywhere at full speed. Sums are taken in an order that the code fixes (sixteen
/// lanes, then a fixed tree) and fused multiply-add is off, so that the bytes of a result do not
/// depend on which of the three ran. The kernels of networks and of constant-Q pictures and the
/// transforms in single precision are the exception: they do use it where there is one, which is not
/// with SSE2.
///
/// Kernels of spectra take blocks of `LATHE_BLOCK_FRAMES` consecutive frames, side by side:
/// `block[bin * LATHE_BLOCK_FRAMES + frame]`. What runs along frequency (cumulative sums, filter banks,
/// the percussive median) is then a vector operation across frames.
///
/// Kernels of networks take channels in blocks of sixteen, side by side too, as the packed strips of
/// matrices lie in BLIS (Van Zee, van de Geijn, "BLIS: A Framework for Rapidly Instantiating BLAS
/// Functionality", ACM TOMS 2015; micro-panels there).
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Of the library that C and Python load, only the interface is seen.
#pragma GCC visibility push(hidden)

// Instruction sets

/// The instruction sets that kernels are compiled for, each with those before it; the baseline is SSE2
/// on x86-64, and the only one elsewhere.
enum { LATHE_BASELINE = 1, LATHE_AVX2, LATHE_AVX512 };
/// The one that kernels run with: that which the environment variable LATHE_INSTRUCTION_SET named when
/// the process began; the best where it names none that the processor has.
int lathe_instruction_set(void);
/// The best that the processor and the system have.
int lathe_best_instruction_set(void);
/// That of a name, on x86-64 sse2, avx2 or avx512; 0 where there is none of that name.
int lathe_named_instruction_set(const char *name);

// Sizes

/// Frames in a block.
#define LATHE_BLOCK_FRAMES 16
/// Rows that sixteen neighbouring medians of 31 read.
#define LATHE_MEDIAN_ROWS 46

// Samples

/// The sum of input[i]^2.
double lathe_sum_of_squares(const float *input, long count);
/// How many i in 1 ..< count have (input[i] < -threshold) != (input[i - 1] < -threshold).
long lathe_sign_changes(const float *input, float threshold, long count);
/// output[n] = the sum over k < length of taps[k] * input[n * factor + k], added in the order of k,
/// for n < count: a filter whose output is kept at every `factor`-th sample only. Reads (count - 1)
/// * factor + length samples. `scratch` holds lathe_decimate_scratch(length, factor) floats.
void lathe_decimate(const float *input, const float *taps, long length, long factor, long count,
                    float *output, float *scratch);
/// See `lathe_decimate`.
long lathe_decimate_scratch(long length, long factor);
/// output[t * columns + c] = the sum over i < length of input[t * hop + i] * matrix[i * columns + c],
/// added in the order of i, for frames t < count; multiplications and additions may be fused.
/// `columns` is a multiple of 16. Whatever is linear in frames of samples can be had so: wavelets (a
/// column each), filters of which some outputs are kept (a column an output).
void lathe_frame_products(const float *input, long hop, long count, const float *matrix, long length,
                          long columns, float *output);
/// Adds the sum of input[i] to sums[0] and that of input[i]^2 to sums[1], both in double; returns
/// the largest |input[i]|, 0 for none. Values are not NaN.
float lathe_levels(const float *input, long count, double *sums);
/// How many |input[i]| are below `threshold`.
long lathe_count_below(const float *input, float threshold, long count);
/// output[4 * b + j] = the sum over i < length of input[b * length + i] * weights[j * length + i],
/// for blocks b < blocks and j < 4: what a low-pass of 4 * length weights is made of that keeps one
/// sample in `length`. `length` is at least 1.
void lathe_block_moments(const float *input, const float *weights, long length, long blocks,
                         float *output);

// Spectra

/// output[i] = samples[i] * window[i], in float.
void lathe_window(const float *samples, const float *window, float *output, long count);
/// The same of two frames, the second of which begins `hop` samples later: what the frames share and the
/// window are read once.
void lathe_window_pair(const float *samples, long hop, const float *window, float *first,
                       float *second, long count);
/// output[i] = samples[i] * window[i], in double.
void lathe_window_double(const float *samples, const double *window, double *output, long count);
/// The power spectrum of 2 * half reals from `transform`, the complex transform of length `half` of
/// the same reals taken as (even, odd) pairs. `cosine[k]` and `sine[k]` are those of
/// 2 pi k / (2 half), k = 0 ... half / 2. Writes half + 1 powers; `scratch` holds half / 2 + 1.
void lathe_power_of_half(const float *transform, const float *cosine, const float *sine,
                         long half, float *power, float *scratch);
/// The spectrum of 2 * half reals, as `lathe_power_of_half`, computed in double and rounded to
/// float: half + 1 real and imaginary parts, and their magnitudes.
void lathe_spectrum_of_half(const double *transform, const double *cosine, const double *sine,
                            long half, float *real, float *imaginary, float *magnitude);
/// The inverse of the above up to the factor 2 * half: packs a spectrum times a real mask into the
/// input of the complex inverse transform of length `half`.
void lathe_half_of_spectrum(const float *real, const float *imaginary, const float *mask,
                            const float *cosine, const float *sine, long half, float *transform);
/// magnitude[i] = |real[i] + i imaginary[i]|, rounded as `lathe_spectrum_of_half` does it.
void lathe_magnitude(const float *real, const float *imaginary, long count, float *magnitude);
/// sum[i] += samples[i] * window[i].
void lathe_overlap_add(const float *samples, const float *window, float *sum, long count);

/// Runs eight filters of four sections side by side over the same samples and adds the sum of the
/// squares of what comes out to energy[lane]. Section s of a lane is y = (1 + zero z^-1) / (1 +
/// pole1 z^-1 + pole2 z^-2) with zero = coefficients[8 s + lane], pole1 = coefficients[32 + lane]
/// and pole2 = coefficients[40 + lane]. `state`, 64 numbers, zeros at first, goes on from call to
/// call.
void lathe_gammatone(const double *coefficients, double *state, const float *input, long count,
                     double *energy);

// Groups of sixteen frames

/// block[c * 16 + r] = rows[r * stride + c] for sixteen rows and `columns` columns, a multiple of
/// 16.
void lathe_rows_to_block(const float *rows, long stride, long columns, float *block);
/// rows[r * stride + c] = block[c * 16 + r] for `columns` columns, a multiple of 16.
void lathe_block_to_rows(const float *block, long columns, float *rows, long stride);

/// Writes `count` frames of `length` samples, 1 to 16 of them, frame f beginning at samples[f * hop],
/// side by side: block[places[n] * 16 + f] = samples[f * hop + n], 0 for f from `count` on. Places are
/// rows of the block, no two the same.
void lathe_frames_to_block(const float *samples, long hop, long count, long length,
                           const int32_t *places, float *block);
/// sums[f] = the sum over n < length of block[places[n] * 16 + f], in double.
void lathe_block_sums(const float *block, const int32_t *places, long length, double *sums);
/// energies[f] = the sum over n < length of ((block[places[n] * 16 + f] - means[f]) * weights[n])^2,
/// of floats, in double; weights of null are ones.
void lathe_block_energies(const float *block, const int32_t *places, long length,
                          const float *means, const float *weights, double *energies);
/// x[n] - coefficient * x[n - 1] in place of block[places[n] * 16 + f], where x[n] is that minus
/// means[f], and x[-1] is x[0]: frames without their means, their high frequencies raised.
void lathe_emphasise_block(float *block, const int32_t *places, long length, const float *means,
                           float coefficient);

// The spectra of sixteen frames of 2 half samples side by side; half is 256, 512 or 1,024. As FFTW's do,
// the last bits of these may depend on the processor, since additions are fused to multiplications where
// it has instructions for it.

/// Rows of a block of samples; 0 where there is no such transform.
long lathe_transform_rows(long half);
/// The row at which sample `sample` stands: rows have gaps, so that those that are read together do not
/// all lie in the same lines of the caches.
long lathe_transform_row(long half, long sample);
/// Numbers of the tables and of the scratch memory, which begins at a multiple of 64 bytes.
long lathe_transform_tables(long half);
/// See `lathe_transform_tables`.
long lathe_transform_scratch(long half);
/// Fills the tables; in single precision they are these, rounded.
void lathe_make_transform_tables(long half, double *tables);
/// The first step, of a block: multiplies sample n of each frame by window[n], n < 2 half, and leaves in
/// the scratch memory what `lathe_transform_spectra` goes on with.
void lathe_transform_block(const float *block, const float *window, const float *tables, long half,
                           float *scratch);
/// power[k * 16 + f] = |X[k]|^2 of frame f for k = 0 ... half.
void lathe_transform_spectra(const float *scratch, const float *tables, long half, float *power);
/// The first step in double precision, of `count` frames, 1 to 16, as they lie in a signal: frame f begins at
/// samples[f * hop]. What will be asked for after them, 16 * hop samples from `next` on, is brought into the
/// caches meanwhile where it is not null; it is not read, and need not be there.
void lathe_transform_frames(const float *samples, long hop, long count, const float *next,
                            const double *window, const double *tables, long half, double *scratch);
/// `lathe_transform_spectra` in double precision, of `count` frames, rounded to float: |X[k]|^2 where
/// `power` is not null, |X[k]| for k < magnitudes, rounded as `lathe_spectrum_of_half` does it, where
/// `magnitude` is not null; 0 of frames from `count` on.
void lathe_transform_spectra_double(const double *scratch, const double *tables, long half, long count,
                                    float *power, float *magnitude, long magnitudes);

// The tempogram's windows, each a sample after the one before

/// energies[f] = the sum over i < length of (samples[f + i] * window[i])^2, in double, for f < 16: length + 15
/// samples are read.
void lathe_sliding_energies(const float *samples, const double *window, long length,
                            double *energies);
/// Two windows as the real and imaginary parts of complex numbers, i < length: output[2 * i] = samples[i] *
/// window[i] * scales[0] and output[2 * i + 1] = samples[i + 1] * window[i] * scales[1].
void lathe_window_pair_complex(const float *samples, const double *window, const double *scales,
                               long length, double *output);
/// power[k] += |z[k]|^2 for `count` complex numbers.
void lathe_add_powers(const double *z, long count, double *power);

/// The sums that centroid and bandwidth are made of, and the roll-off bin, of sixteen frames of
/// magnitudes: moments[0..15] = sum m, [16..31] = sum k m, [32..47] = sum k^2 m over bins k;
/// rolloff[f] = the first bin at which the running float sum reaches `share` of the total.
void lathe_spectral_moments(const float *block, long bins, float share, double *moments,
                            int32_t *rolloff);

/// output[m * stride + f] = the sum over a filter's bins of weight * x, x being the group's value,
/// squared where `squared` is not 0. Filter m has `lengths[m]` weights, the first of which belongs
/// to bin `starts[m]`; the weights of all filters follow each other in `weights`.
void lathe_filter_bank(const float *block, int squared, const int32_t *starts,
                       const int32_t *lengths, const float *weights, long filters, float *output,
                       long stride);

/// chroma[c * 16 + f] = the sum over bins of bank[bin * classes + c] * x, x being the group's value,
/// squared where `squared` is not 0.
void lathe_chroma(const float *block, int squared, long bins, const float *bank, long classes,
                  float *chroma);
/// output[i] = input[i]^2. May be in place.
void lathe_squares(const float *input, float *output, long count);
/// output[i] = the square root of input[i]. `count` is a multiple of 16. May be in place.
void lathe_square_roots(const float *input, float *output, long count);

/// The spectral peaks of sixteen frames of magnitudes, on power (magnitude^2): bins k in
/// first ..< last with power above `share` of its frame's maximum over all bins, above its lower
/// and not below its upper neighbour. Where `power` is not null, that maximum is taken of it, and
/// magnitudes above `last` are not read. Only frames below `frames` count. Writes power below, at and
/// above the peak and its bin; returns how many, at most frames * (last - first + 1) / 2.
long lathe_spectral_peaks(const float *block, const float *power, long bins, long frames,
                          float share, long first, long last, float *below, float *at, float *above, int32_t *bin);

// Medians and masks

/// Sixteen neighbouring medians of 31, exactly: outputs[o][i] is the median of rows[o ... o +
/// 30][i]. Values are non-negative (their bits then order as integers); `columns` is a multiple of
/// 8.
void lathe_median31(const float *const *rows, float *const *outputs, long columns);
/// mask[i] = h^2 / (h^2 + p^2), one half where h^2 + p^2 is below 1e-30.
void lathe_soft_mask(const float *harmonic, const float *percussive, float *mask, long count);
/// Of harmonic part h = sum[i] * scale[i] and percussive part p = samples[i] - h: sums[0] = sum h,
/// [1] = sum h^2, [2] = sum p, [3] = sum p^2, added to what stands there.
void lathe_split_moments(const float *sum, const float *scale, const float *samples, long count,
                         double *sums);

// Logarithms and transforms along mel

/// values[i] = 10 log10(max(values[i], minimum)), what is no number counting as the minimum; returns the largest.
/// `count` is a multiple of 16.
float lathe_decibel(float *values, float minimum, long count);
/// values[i] = scale * log(max(factor * values[i] + offset, minimum)), natural logarithm, minimum
/// at least the least normal float. `count` is a multiple of 16.
void lathe_logarithm(float *values, float factor, float offset, float minimum, float scale,
                     long count);
/// values[i] = max(values[i], floor).
void lathe_clip_below(float *values, float floor, long count);
/// output[c * stride + f] = sum over m of matrix[c * inputs + m] * input[m * stride + f] for
/// c < outputs and frames f < frames, a multiple of 16.
void lathe_matrix_by_frames(const float *matrix, long outputs, long inputs, const float *input,
                            long frames, long stride, float *output);
/// output[f] = the median over `bands` (128) rows of max(0, input[m * stride + f] -
/// input[m * stride + f - 1]) for sixteen frames f; input[-1] must be readable.
void lathe_flux_median128(const float *input, long stride, float *output);

// Rows of a batch

/// output[i] = input[i] * scale.
void lathe_int16_to_float(const int16_t *input, float scale, float *output, long count);
/// The same with stores that pass the caches by, for an output that will not be read soon. What it
/// stored is visible to other threads before whatever the caller stores next.
void lathe_int16_to_float_streaming(const int16_t *input, float scale, float *output, long count);
/// A copy with stores that pass the caches by, and the same order.
void lathe_copy_streaming(const void *input, void *output, long bytes);
/// output[i] = input[i] * scale for IEEE 754 binary16 at any address; without the scale every
/// number is exact, and a NaN stays one.
void lathe_float16_to_float(const void *input, float scale, float *output, long count);
/// The same without a scale, with stores that pass the caches by, and the same order.
void lathe_float16_to_float_streaming(const void *input, float *output, long count);
/// `lathe_float16_to_float` by integer arithmetic, as on processors that have no instruction for
/// it.
void lathe_float16_to_float_plainly(const void *input, float scale, float *output, long count);
/// Asks the processor to have these bytes in its caches soon.
void lathe_approach(const void *input, long bytes);

enum { LATHE_GATHER_INT16 = 1, LATHE_GATHER_STREAMING = 2, LATHE_GATHER_FLOAT16 = 4 };
/// Samples of `elements` numbers, float32 or, with LATHE_GATHER_INT16 or LATHE_GATHER_FLOAT16,
/// int16 or float16, one after the other as float32, stored past the caches with
/// LATHE_GATHER_STREAMING: nothing but a loop over known addresses.
void lathe_gather(const void *const *samples, long count, long elements, int kind, float *output);
/// output[i] = input[i] as IEEE 754 binary16, rounded to the nearest, ties to even: infinity from
/// 65,520 on, subnormals kept, a NaN stays one with the upper bits of its payload.
void lathe_float_to_float16(const float *input, uint16_t *output, long count);
/// output[i] = input[i] * scale for floats at any address.
void lathe_float_scaled(const void *input, float scale, float *output, long count);

// Normalisation and statistics

/// output[i] = ((input[i] - mean) - rest) * inverse for floats at any address, which may be
/// `output` itself. The mean is given as a float and what that leaves of it.
void lathe_normalise(const void *input, float mean, float rest, float inverse, float *output,
                     long count);
/// The same of input[i] * scale.
void lathe_normalise_int16(const int16_t *input, float scale, float mean, float rest, float inverse,
                           float *output, long count);
/// output[i] = ((input[i] - means[i]) - rests[i]) * inverses[i]; input as for `lathe_normalise`.
void lathe_normalise_each(const void *input, const float *means, const float *rests,
                          const float *inverses, float *output, long count);
/// Adds to sums[0] the sum of input[i], to sums[1] that of input[i]^2: exactly, for counts below
/// 2^32.
void lathe_int16_moments(const int16_t *input, long count, int64_t sums[2]);
/// Adds to *sum the sum of input[i] - pivot, to *squares that of (input[i] - pivot)^2, for floats
/// at any address.
void lathe_float_moments(const void *input, double pivot, long count, double *sum, double *squares);
/// sums[i] += input[i] - pivots[i] and squares[i] += (input[i] - pivots[i])^2, likewise.
void lathe_float_moments_each(const void *input, const double *pivots, double *sums,
                              double *squares, long count);

// Augmentation

/// values[i] = values[i] * share + other[i] * otherShare.
void lathe_mix(const float *other, float otherShare, float share, float *values, long count);
/// The least of the values; infinity where there are none.
float lathe_minimum(const float *values, long count);
/// values[i] += deviation * n[i], where the n are normal deviates by Box and Muller's method from
/// Philox4x32-10 with key `seed` and counter (block, stream): blocks 16 k ... 16 k + 15 make
/// deviates 64 k ... 64 k + 63, the cosines of their first pairs of words in sixteen lanes, the
/// sines, the cosines of their second pairs, the sines. Radii have a resolution of 2^-32 in
/// probability and end at 6.66; each deviate is right to about 1e-6.
void lathe_add_normal_noise(uint64_t seed, uint64_t stream, float deviation, float *values,
                            long count);
/// output[i] = the sum over t < 16 of input[n + t] * weights[16 p + t], where n and p are quotient
/// and rest of (phase + step i) / phases, phase < phases. Added up by halves: t + 8 to t, then 4,
/// 2, 1.
void lathe_resample(const float *input, const float *weights, long phases, long step, long phase,
                    float *output, long count);

// Networks: dense layers and optimisers. Sums and products here may be fused, so that last bits
// depend on the processor; a run is repeated bit for bit on the same one.

/// Hints to the processor that this thread waits in a loop for another.
static inline void lathe_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}
/// output[r * columns + c] += bias[c], then max(0, that) where `rectify` is not 0.
void lathe_add_bias(const float *bias, long rows, long columns, int rectify, float *output);
/// sums[c] = the sum over r of values[r * columns + c].
void lathe_column_sums(const float *values, long rows, long columns, float *sums);
/// output[i] = max(0, input[i]).
void lathe_rectify(const float *input, float *output, long count);
/// gradient[i] = output[i] > 0 ? gradient[i] * scale : 0.
void lathe_rectify_backward(const float *output, float scale, float *gradient, long count);
/// output[i] = input[i] * scale with the chance `keep`, else 0, drawn from Philox4x32-10 with key
/// `seed` and counter (first / 64 * 16 ..., stream): the same for the same numbers. `first`, the
/// place of input[0] in the whole, is a multiple of 64. `output` may be `input`.
void lathe_dropout(uint64_t seed, uint64_t stream, long first, float keep, float scale,
                   const float *input, float *output, long count);
/// The sum of values[i]^2 in double.
double lathe_square_sum(const float *values, long count);

/// What an optimiser does in a step, beside the learning rate.
typedef struct {
  /// Multiplies each gradient: what clipping leaves of it.
  float scale;
  /// The step's learning rate.
  float rate;
  /// Decoupled for AdamW, added to the gradient for SGD.
  float decay;
  /// Momentum of SGD; beta1 and beta2, epsilon of AdamW.
  float momentum, beta1, beta2, epsilon;
  /// 1 - beta1^t and sqrt(1 - beta2^t).
  float correction1, correction2;
  /// Whether SGD's momentum is Nesterov's.
  int nesterov;
} LatheStep;
/// One step of AdamW as torch.optim.AdamW takes it.
void lathe_adamw(const LatheStep *step, const float *gradient, float *first, float *second,
                 float *value, long count);
/// One step of SGD as torch.optim.SGD takes it; `velocity` is not read where `isFirst` is not 0.
void lathe_sgd(const LatheStep *step, int isFirst, const float *gradient, float *velocity,
               float *value, long count);
/// values[i] += addend[i].
void lathe_add(const float *addend, float *values, long count);
/// average[i] += (value[i] - average[i]) * share.
void lathe_average(const float *value, float share, float *average, long count);

// Convolutions along time

/// A convolution of sequences whose channels lie in blocks of sixteen: block[t * 16 + c], channels
/// that are missing to a multiple of sixteen being 0. Position t of an output block q reads, in
/// each of `segments` segments, `span` neighbouring floats, so that no input is ever copied:
///
///   output[place(q) + t * outputRowStride + c] = bias[16 q + c] + the sum over segments s and i <
///   span
///     of input[s * segmentStride + t * rowStride + i] * weights[((q * segments + s) * span + i) * 16 + c]
///   place(q) = q / phases * outputBlockStride + q % phases * 16
///
/// Sequences of more than one channel have a segment for each input block with span = kernel * 16
/// and rowStride = stride * 16; those of one channel have one segment, span = kernel and rowStride
/// = stride. `phases` is 1, but for gradients by the input: those of a convolution of stride s come
/// out s positions a row, one in each of s phases.
typedef struct {
  long samples, positions, blocks;
  long segments, span;
  long rowStride, segmentStride, sampleStride;
  long phases, outputRowStride, outputBlockStride, outputSampleStride;
} LatheConvolution;

/// The convolution above for all samples; `bias` may be null. All but `input` are 64-byte aligned.
void lathe_convolve(const LatheConvolution *shape, const float *input, const float *weights,
                    const float *bias, float *output);
/// Adds to the packed `weights` the gradient by them: the sum over samples and positions of input
/// times gradient[q * outputBlockStride + t * 16 + c]. Meanwhile it asks for `count` floats at
/// `soon`, which the caller reads next; null and 0 for none.
void lathe_convolution_add_gradient(const LatheConvolution *shape, const float *input,
                                    const float *gradient, float *weights, const float *soon,
                                    long count);

/// The size of a convolution's filters, which PyTorch keeps as weights[outputs][inputs][kernel].
typedef struct {
  long outputs, inputs, kernel, stride;
} LatheFilters;

/// Packs the filters of one output block as `lathe_convolve` reads them.
void lathe_pack_convolution(const LatheFilters *filters, const float *weights, long block,
                            float *packed);
/// The reverse, for the filters of that block: `weights` points to the first of them.
void lathe_unpack_convolution(const LatheFilters *filters, const float *packed, long block,
                              float *weights);
/// Packs the filters for the gradient by the input, which is a convolution itself: of the output's
/// gradient with ceil(kernel / stride) - 1 rows of zeroes on both sides, by the filters backwards,
/// a block for every `stride` phases of every sixteen inputs.
void lathe_pack_input_gradient(const LatheFilters *filters, const float *weights, long block,
                               float *packed);
/// Blocks of sixteen from channels[count][positions], and back.
void lathe_channels_to_blocks(const float *channels, long count, long positions, float *blocks);
void lathe_blocks_to_channels(const float *blocks, long count, long positions, float *channels);

/// What normalises sixteen channels: y = (x - mean) * scale + offset. Its gradient by x is scale
/// times the gradient by y, plus shift + (x - mean) * factor, through mean and variance.
typedef struct {
  float mean[16], scale[16], offset[16], shift[16], factor[16];
} LatheNormalisation;

/// What follows a convolution in one block, in one pass: max(0, ·) where `rectify` is not 0, the
/// sums that batch normalisation needs, and the value of each whole window of positions that will
/// be its maximum after normalisation: the largest where the channel's scale is positive, the
/// smallest where it is negative, the first where it is 0.
///
/// `output` takes all positions, past the caches unless it is `values` itself, and is 64-byte
/// aligned; it may be null. `extremes` takes positions / window positions; null where they aren't
/// wanted. sums[c] and sums[16 + c] are added to: of x and of x^2; null where they aren't wanted.
void lathe_convolution_finish(const float *values, long positions, int rectify, long window,
                              const float *scale, float *output, float *extremes, double *sums);
/// output = the normalised values, max(0, ·) of them where `rectify` is not 0. May be `values`
/// itself.
void lathe_normalise_block(const LatheNormalisation *normalisation, const float *values,
                           int rectify, long positions, float *output);
/// Adds to sums[c] the sum of g, to sums[16 + c] that of g * (x - mean), g being the gradient, 0
/// where `rectify` is not 0 and the normalised value not positive.
void lathe_normalisation_sums(const LatheNormalisation *normalisation, const float *values,
                              const float *gradient, int rectify, long positions, double *sums);
/// Where max(0, ·) was, seen from a normalisation.
typedef enum {
  LATHE_NOT_RECTIFIED,
  LATHE_RECTIFIED_BEFORE,
  LATHE_RECTIFIED_AFTER
} LatheRectification;
/// The gradient by a convolution's output in one block: back through pooling (the first of a window
/// that equals its extreme has all of it), normalisation, and max(0, ·) where there was one.
/// `values` and `extremes` are what `lathe_convolution_finish` gave; `gradient` is that by the
/// pooled outputs. Adds to sums[c] the sum of `output`, the gradient by the bias.
void lathe_convolution_unfinish(const LatheNormalisation *normalisation, const float *values,
                                long positions, LatheRectification rectified, long window,
                                const float *extremes, const float *gradient, float *output,
                                double *sums);

// Networks in two dimensions
//
// Activations are *blocked*: [blocks][positions][16], sixteen channels side by side, a sample's
// blocks one after the other; channels beyond the last are zero. Strides are in floats.

/// output[k][t][j] = the sum over c < 16 * inputBlocks of left[c / 16][t][c % 16] *
/// weights[k][c][j] for rows t < rows and blocks k < outputBlocks, added to what stands there where
/// `accumulates` is not 0. Blocks of `left`, `weights` and `output` are `leftBlock`, `weightsBlock` and
/// `outputBlock` floats apart.
void lathe_blocked_product(const float *left, long leftBlock, long rows, long inputBlocks,
                           const float *weights, long weightsBlock, long outputBlocks,
                           float *output, long outputBlock, int accumulates);
/// output[k][c][j] = the sum over t < rows of left[c / 16][t][c % 16] * right[k][t][j] for c < 16 *
/// inputBlocks and k < outputBlocks, likewise.
void lathe_blocked_gradient(const float *left, long leftBlock, long rows, long inputBlocks,
                            const float *right, long rightBlock, long outputBlocks, float *output,
                            long outputBlock, int accumulates);

/// The extents of a convolution or pooling in two dimensions: output (y, x) meets inputs (y *
/// stride + i - padding, x * stride + j - padding) for i, j < kernel.
typedef struct {
  /// Blocks of sixteen channels of a blocked input; channels of a planar one.
  long blocks, channels;
  long height, width, outputHeight, outputWidth;
  long kernel, stride, padding;
} LathePlane;

/// Winograd's F(tile x tile, 3 x 3), `tile` 2 or 4, of a 3 x 3 convolution with stride 1 and
/// padding 1: a plane of height x width becomes ceil(height / tile) * ceil(width / tile) tiles,
/// each (tile + 2)^2 numbers, its *points*, a channel. points[n * pointStride + b * blockStride + t
/// * 16 + j] = point n of tile t of channel 16 b + j.

/// The points of a convolution's input, B^T d B.
void lathe_winograd_input(int tile, const float *input, long blocks, long height, long width,
                          float *points, long pointStride, long blockStride);
/// The points of a gradient by a convolution's output, A dY A^T.
void lathe_winograd_gradient(int tile, const float *gradient, long blocks, long height, long width,
                             float *points, long pointStride, long blockStride);
/// A convolution's output, A^T M A + bias, from the points' products; `bias` may be null.
void lathe_winograd_output(int tile, const float *points, long pointStride, long blockStride,
                           const float *bias, long blocks, long height, long width, float *output);
/// G g G^T of weights [outputs][inputs][3][3] for blocks first ..< first + blocks of sixteen
/// outputs: points[n][block][input][16], inputs filled up to sixteens. `turned`: of the filters
/// that take gradients back, inputs and outputs exchanged and the kernel turned by half a turn; a
/// block is then sixteen inputs.
void lathe_winograd_weights(int tile, const float *weights, long inputs, long outputs, long first,
                            long blocks, int turned, float *points);
/// gradient = G^T P G for the same blocks, where P is the sum of `parts` arrays of points,
/// `partStride` floats apart, in the layout of `lathe_winograd_weights`.
void lathe_winograd_weight_gradient(int tile, const float *points, long parts, long partStride,
                                    long inputs, long outputs, long first, long blocks,
                                    float *gradient);

/// columns[(i * kernel + j) * blocks + b][row + t][16] = what output t meets at tap (i, j) of block
/// b, zero outside; `rows` is the number of rows of a column.
void lathe_blocked_columns(const float *input, const LathePlane *plane, float *columns, long row,
                           long rows);
/// The adjoint: gradient[b][y][x][16] = the sum over the columns' numbers that were taken there.
void lathe_blocked_columns_gradient(const float *columns, long row, long rows,
                                    const LathePlane *plane, float *gradient);
/// packed[block][tap][input][16] of weights [outputs][inputs][taps] for blocks first ..< first +
/// blocks, the first of which is written to `packed`; inputs filled up to sixteens with zeros.
void lathe_blocked_weights(const float *weights, long inputs, long outputs, long taps, long first,
                           long blocks, float *packed);
/// turned[n][output][16 inputs] of packed[block][n][16 inputs][16 outputs] for first <= n < first +
/// count of all taps * inputBlocks.
void lathe_blocked_weights_turned(const float *packed, long inputBlocks, long taps, long outputBlocks,
                                  long first, long count, float *turned);
/// gradient[outputs][inputs][taps] of the sum of `parts` packed arrays, `partStride` floats apart,
/// for blocks first ..< first + blocks of them.
void lathe_blocked_weight_gradient(const float *packed, long parts, long partStride, long inputs,
                                   long outputs, long taps, long first, long blocks,
                                   float *gradient);
/// A convolution of planes->channels planes of height x width (padded already, so `padding` is not
/// looked at), with weights [block][channel][tap][16], into blocked output; `bias` may be null.
void lathe_planar_convolution(const LathePlane *plane, const float *image, const float *weights,
                              const float *bias, long blocks, float *output);
/// sums[block][channel][tap][16] += the gradient of these weights.
void lathe_planar_gradient(const LathePlane *plane, const float *image, const float *gradient,
                           long blocks, float *sums);

/// Of one block: mean[j] over positions and squares[j] = the sum of (x - mean)^2.
void lathe_blocked_moments(const float *plane, long positions, float *mean, float *squares);
/// output = input * scale + shift (+ residual), rectified where `rectifies` is not 0, of one block;
/// `residual` may be null.
void lathe_blocked_normalise(const float *input, long positions, const float *scale,
                             const float *shift, const float *residual, int rectifies,
                             float *output);
/// Of one block: sets `gradient` to zero where `output` is given and is not above zero; then sum[j]
/// = its sum, product[j] = the sum of gradient * (input - mean).
void lathe_blocked_normalise_sums(float *gradient, const float *output, const float *input,
                                  long positions, const float *mean, float *sum, float *product);
/// output = scale * gradient - offset - slope * (input - mean) of one block.
void lathe_blocked_normalise_gradient(const float *gradient, const float *input, long positions,
                                      const float *mean, const float *scale, const float *offset,
                                      const float *slope, float *output);

/// The largest in each window of a blocked input, and with `indices` its tap i * kernel + j, below
/// 256: the first of equal ones.
void lathe_blocked_max_pool(const float *input, const LathePlane *plane, float *output,
                            uint8_t *indices);
/// The same of max(input * scale + shift, 0); winners: the input that won.
void lathe_blocked_normalise_max_pool(const float *input, const LathePlane *plane,
                                      const float *scale, const float *shift, float *output,
                                      float *winners, uint8_t *indices);
/// The adjoint of both: every output's gradient goes to the tap that won.
void lathe_blocked_max_pool_gradient(const float *gradient, const uint8_t *indices,
                                     const LathePlane *plane, float *output);
/// output[c] = the mean of channel c over positions.
void lathe_blocked_mean(const float *input, long blocks, long positions, float *output);
/// output[c] = the largest of channel c, the first of equal ones at position indices[c].
void lathe_blocked_maximum(const float *input, long blocks, long positions, float *output,
                           int32_t *indices);
/// The adjoint of both together; `mean` or `maximum` may be null.
void lathe_blocked_pool_gradient(const float *mean, const float *maximum, const int32_t *indices,
                                 long blocks, long positions, float *output);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif
