// SPDX-License-Identifier: MIT
// no_heap.sh must reject this file; otherwise it would detect nothing: a virtual destructor makes the
// compiler emit a function that deletes the object, although nothing does.
struct Port {
  virtual ~Port() = default;
};
struct Bus final : Port {};

void take(Port& port);
void use() {
  Bus bus;
  take(bus);
}
