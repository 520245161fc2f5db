"""`python -m cnnquiz` and the script `cnnquiz`: every run ends with an exit code, and a failed one with one clear line.

0 done, 1 a check failed, 2 the command or its input cannot be used, 128 + n ended by signal n (130: Ctrl-C).
CNNQUIZ_DEBUG=1 shows the traceback as well.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import sys

from cnnquiz import interruptions

LONGEST_LINE = 1000


def main() -> int:
    """Run the command line of this process; its exit code."""
    code = 0
    try:
        interruptions.heed()
        open_closed_streams()
        forgive_encodings()
        code = run()
        sys.stdout.flush()
    except BaseException as problem:  # also Ctrl-C while the imports still run
        interruptions.ignore()
        found = explain(problem)
        code = code if code > 128 else found  # an end by a signal stays one, though the terminal is gone
    interruptions.ignore()
    return code


def run() -> int:
    """Run the commands, which are imported only here so that their imports can be interrupted quietly."""
    from cnnquiz import cli

    code = cli.run(sys.argv[1:])
    return code if isinstance(code, int) else 0


def explain(problem: BaseException) -> int:
    """Say on stderr what ended the run; the exit code for it."""
    code, message = verdict(problem)
    with contextlib.suppress(OSError):
        if os.environ.get("CNNQUIZ_DEBUG"):
            sys.excepthook(type(problem), problem, problem.__traceback__)
        if message:
            print(message, file=sys.stderr, flush=True)
    discard_lost_output()
    return code


def verdict(problem: BaseException) -> tuple[int, str]:
    """The exit code and the message for whatever ended the run."""
    if isinstance(problem, KeyboardInterrupt):
        return interruptions.exit_code(problem), "\ncnnquiz: interrupted"
    if isinstance(problem, SystemExit):
        return (2, line(problem.code)) if isinstance(problem.code, str) else (int(problem.code or 0), "")
    if isinstance(problem, BrokenPipeError):
        return 2, ""  # not 0: a reader that left early must not make a failed check look passed
    from cnnquiz.errors import program_fault

    return user_error(problem) or (2, line(program_fault(problem)))


def user_error(problem: BaseException) -> tuple[int, str] | None:
    """The exit code and the message for an error of the user or of the system; None for a fault of this program."""
    import click

    from cnnquiz.commands._usage import plain_message
    from cnnquiz.errors import CnnquizError

    match problem:
        case click.Abort() if not isinstance(problem.__cause__, EOFError):
            return 130, "\ncnnquiz: interrupted"
        case click.Abort() | EOFError():
            return 2, line("the input ended before an answer came")
        case click.UsageError():
            return 2, usage(plain_message(problem), problem.ctx.command_path if problem.ctx else "cnnquiz")
        case click.ClickException():
            return 2, line(problem.format_message())
        case CnnquizError():
            return 2, line(problem)
        case MemoryError():
            return 2, line("this input needs more memory than there is")
        case RecursionError():
            return 2, line("this input is nested too deeply")
        case OSError(errno=errno.ENOSPC | errno.EFBIG | errno.EDQUOT, filename=None):
            return 2, line(f"the output cannot be written: {problem.strerror}")
        case OSError():
            return 2, line(": ".join(filter(None, (file_name(problem.filename), problem.strerror))))
    return None


def file_name(file: object) -> str:
    """The name of a failed call's file; empty where only its number is known."""
    return "" if file is None or isinstance(file, int) else str(file)


def usage(message: str, command: str) -> str:
    """The line about a command line that cannot be understood, with a pointer to its help."""
    return f"{line(message).rstrip('.')} (see {command} --help)"


def line(message: object) -> str:
    """The message as one line for the terminal, without control characters and not too long."""
    words = " ".join(str(message).split())
    if len(words) > LONGEST_LINE:
        words = f"{words[: LONGEST_LINE - 200]} ... {words[-200:]}"
    from cnnquiz.shown import clean, is_shown, without_commands

    seen = (c if is_shown(c) else c.encode("unicode_escape").decode() for c in words)
    return without_commands("cnnquiz: " + clean("".join(seen)))


def open_closed_streams() -> None:
    """Put the null device on each standard stream that is closed, so that no data file gets its number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            lowest_free = os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, os.fdopen(lowest_free, mode, closefd=False))


def forgive_encodings() -> None:
    """Replace characters that the terminal's encoding lacks, and stray bytes in the input, instead of failing."""
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def discard_lost_output() -> None:
    """Send what cannot be written nowhere, so that the interpreter's last flush cannot fail again."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            with contextlib.suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


if __name__ == "__main__":
    sys.exit(main())
