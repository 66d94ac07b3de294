// What the program does with signals: the first SIGTERM, SIGINT or SIGHUP asks for a save and a clean stop, a second
// one stops at once. Handlers set a lock-free flag and nothing else; the training loop looks at it after each step.
#pragma once

namespace itpn {

// Installs the handlers, once, at the start of `main`. SIGHUP stays ignored if it was at the start (nohup); SIGPIPE is
// ignored from here on, so that a closed stdout is an error of a write and not the end of the run.
void install_signal_handlers();

// What the handlers write to stderr by themselves, at once, whatever the program is busy with: after the first signal
// that asks to stop, behind its name, and when another one ends the program.
struct StopWords {
  const char* first;
  const char* again;
};

// Literals, or null pointers: nothing is written.
void set_stop_words(const StopWords& words);

// The first SIGTERM, SIGINT or SIGHUP since the start (its number), or 0. The program then saves and exits with
// 128 + that number.
int pending_signal();

// True once for each time SIGUSR1 ("save now and go on") came since the last call, however often it came.
bool take_usr1();

// Keeps all signals that have a handler here from being delivered to the calling thread. First thing in every worker
// thread, so that a signal never interrupts its system calls.
void block_signals_in_this_thread();

// As if no signal had come. For tests.
void forget_signals();

}  // namespace itpn
