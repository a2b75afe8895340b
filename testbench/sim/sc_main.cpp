// libsystemc refers to it; Catch2's main is the one that runs.
extern "C" int sc_main(int, char**) {
  return 0;
}
