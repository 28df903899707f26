// Prints the time once a second, and how far it may be off. Needs C++20: the two files beside this one say so
// to the ESP8266's and the ESP32's core.
#if defined(ESP8266)
#include <ESP8266WiFi.h>
#else
#include <WiFi.h>
#endif
#include <isletime.h>

isletime::RightTime right_time("192.168.4.1");  // the hub

void setup() {
  Serial.begin(115200);
  WiFi.begin("island", "password");
}

void loop() {
  static unsigned long printed = 0;
  right_time.run();
  if (millis() - printed < 1000) return;
  printed = millis();
  Serial.println(right_time.text());
}
