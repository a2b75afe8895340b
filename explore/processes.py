"""Programs that end together with all that they started, and signals that cut no work in the middle."""

import os
import select
import signal
import subprocess
import time

GRACE = 10.0  # s from SIGINT to SIGKILL: enough for `scancel` of some thousand jobs


class Group:
    """A program and its descendants, a process group of their own: a terminal's Ctrl-C reaches them by stop() alone."""

    def __init__(self, command, log, folder=None):
        """Starts command (words) in folder; what it prints goes to the file log. OSError if it cannot be started."""
        with open(log, "wb") as output:
            self._process = subprocess.Popen(
                command, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
            )
        self._ended = os.pidfd_open(self._process.pid)

    def fileno(self):
        """Readable when the program has ended."""
        return self._ended

    def signal(self, number):
        """To every process of the group, those of an ended program too, as long as it is not reaped."""
        try:
            os.killpg(self._process.pid, number)
        except ProcessLookupError:
            pass

    def reap(self):
        """Exit code of the ended program; what it left running is killed first, while the group's number is still its own."""
        self.signal(signal.SIGKILL)
        os.close(self._ended)
        return self._process.wait()


def stop(groups):
    """Ends and reaps all of them: SIGINT, for their own cleaning up, and SIGKILL to what is there GRACE seconds later."""
    for group in groups:
        group.signal(signal.SIGINT)
    deadline = time.monotonic() + GRACE
    for group in groups:
        select.select([group], [], [], max(0.0, deadline - time.monotonic()))
        group.reap()


class Interruption:
    """While entered, SIGINT, SIGTERM and SIGHUP (unless nohup turned it off) are taken at wait() only, as KeyboardInterrupt.

    So a group cannot be started and forgotten, and no result's bookkeeping is left half done. Main thread only.
    """

    def __enter__(self):
        self._received, self._send = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        numbers = [signal.SIGINT, signal.SIGTERM]
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
            numbers.append(signal.SIGHUP)
        # A handler, where SIGINT was ignored too (a script's background job): started programs then have it as usual.
        self._before = {number: signal.signal(number, self._note) for number in numbers}
        return self

    def __exit__(self, *_):
        for number, handler in self._before.items():
            signal.signal(number, handler)
        os.close(self._received)
        os.close(self._send)

    def _note(self, *_):
        try:
            os.write(self._send, b"!")
        except BlockingIOError:
            pass  # full of signals that nobody has taken yet

    def wait(self, groups, seconds=None):
        """Those of groups that have ended, none after so many seconds; KeyboardInterrupt."""
        ready, _, _ = select.select([self._received, *groups], [], [], seconds)
        if self._received in ready:
            raise KeyboardInterrupt
        return ready
