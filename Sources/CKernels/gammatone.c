#include "dispatch.h"

// What a filter holds after long silence sinks towards subnormal numbers, which some processors are
// slow with: in so many samples it cannot sink from the one bound to the other.
enum { SAMPLES_BETWEEN_CHECKS = 256 };
static const double SILENT = 1e-100;

DISPATCHED
void lathe_gammatone(const double *coefficients, double *state, const float *input, long count,
                     double *energy) {
  Double8Lanes zero[4], pole1, pole2, held1[4], held2[4], sum;
  memcpy(zero, coefficients, sizeof zero);
  memcpy(&pole1, coefficients + 32, sizeof pole1);
  memcpy(&pole2, coefficients + 40, sizeof pole2);
  memcpy(held1, state, sizeof held1);
  memcpy(held2, state + 32, sizeof held2);
  memcpy(&sum, energy, sizeof sum);
  for (long first = 0; first < count; first += SAMPLES_BETWEEN_CHECKS) {
    const long rest = count - first;
    const long end = first + (rest < SAMPLES_BETWEEN_CHECKS ? rest : SAMPLES_BETWEEN_CHECKS);
    for (long i = first; i < end; i++) {
      Double8Lanes x = (Double8Lanes){0} + (double)input[i];
      UNROLLED for (int section = 0; section < 4; section++) {
        Double8Lanes y = x + held1[section];
        held1[section] = (x * zero[section] + held2[section]) - y * pole1;
        held2[section] = -(y * pole2);
        x = y;
      }
      sum += x * x;
    }
    UNROLLED for (int section = 0; section < 4; section++)
      for (int lane = 0; lane < 8; lane++) {
        if (__builtin_fabs(held1[section][lane]) < SILENT) held1[section][lane] = 0;
        if (__builtin_fabs(held2[section][lane]) < SILENT) held2[section][lane] = 0;
      }
  }
  memcpy(state, held1, sizeof held1);
  memcpy(state + 32, held2, sizeof held2);
  memcpy(energy, &sum, sizeof sum);
}
