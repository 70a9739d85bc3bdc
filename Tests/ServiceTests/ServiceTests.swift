import Testing

/// Tests of a running server. One after the other: a process opens a cache once only.
@Suite(.serialized) struct ServiceTests {}
