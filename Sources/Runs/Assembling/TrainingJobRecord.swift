internal import Corpus
internal import DatasetCache
internal import Foundation
internal import Preparation
internal import Training

/// What a job is made of, as a run's record.
struct TrainingJobRecord {
  let samples: DividedSamples
  let roles: SideRoles
  let source: TrainingSource
  let configuration: SessionConfiguration
  let setting: TrainerSetting

  /// The record of a run that begins now.
  func record(trainer: String, view: View) throws -> RunRecord {
    let plan = samples.split.plan
    var counts = [roles.trainingName: source.training.count]
    let trained = source.training.trackIDs
    var tracks = [roles.trainingName: trained.count]
    var learnt: [String: Int] = [:]
    var overlaps: [String: TrackOverlap] = [:]
    let relations = try samples.relations()
    for side in source.evaluated {
      let measured = side.samples.trackIDs
      counts[side.name] = side.samples.count
      tracks[side.name] = measured.count
      learnt[side.name] = measured.intersection(trained).count
      overlaps[side.name] = relations.map {
        TrackOverlap(of: measured, with: trained, among: $0.tracks, links: $0.links)
      }
    }
    var record = RunRecord(
      trainer: trainer, view: view.rawValue,
      source: RunRecord.Source(
        kind: samples.kind, path: TrainingJob.absolute(samples.path),
        identity: source.training.identity, columns: samples.columns),
      split: RunRecord.Split(
        name: plan.name, policy: plan.policy.rawValue,
        fingerprint: try DividedSamples.fingerprint(of: samples.split), sides: samples.split.sides,
        plan: plan),
      sides: RunRecord.Sides(
        training: roles.trainingName, selection: roles.selection, test: roles.test),
      labels: setting.labels, sampleShape: setting.sampleShape, seed: setting.seed,
      epochs: configuration.epochs, batchSize: configuration.batchSize, threads: setting.threads,
      options: setting.options.values, patience: configuration.patience,
      normalisation: configuration.normalisation, augmentation: configuration.augmentation,
      recipe: samples.recipe, samples: counts, tracks: tracks, learntTracks: learnt,
      overlaps: relations == nil ? nil : overlaps, lathe: latheVersion,
      startedAt: Date().ISO8601Format())
    record.manifest = samples.manifest
    record.tagged = setting.isTagged ? true : nil
    return record
  }
}
