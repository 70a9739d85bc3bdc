import Glibc

/// Keeps SIGPIPE from this thread, which writes to a pipe whose reader may have gone.
package struct BlockedPipeSignal {
  private var before = sigset_t()
  private var pipe = sigset_t()

  package init() {
    sigemptyset(&pipe)
    sigaddset(&pipe, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &pipe, &before)
  }

  package func end() {
    var (before, pipe) = (before, pipe)
    // One that came meanwhile would strike when it is let through.
    if sigismember(&before, SIGPIPE) == 0 {
      var none = timespec()
      while sigtimedwait(&pipe, nil, &none) == SIGPIPE {}
    }
    pthread_sigmask(SIG_SETMASK, &before, nil)
  }
}
