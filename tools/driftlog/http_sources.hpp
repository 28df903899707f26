// SPDX-License-Identifier: MIT
// Clocks that are read over HTTP: a web server's, by /.well-known/time (X-HTTPSTIME) or by the Date of its
// responses, and a camera's, by CCAPI. A clock that shows whole seconds is read where they begin.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tools/driftlog/camera_time.hpp"
#include "tools/driftlog/http_client.hpp"
#include "tools/driftlog/look_meter.hpp"
#include "tools/driftlog/source.hpp"

namespace isletime::driftlog {

class HttpSource final : public Source {
 public:
  HttpSource(std::string name, std::string url, Trust trust, Machine& machine);

  const std::string& name() const override { return name_; }
  Result<SampleRecord, Failure> measure(MonoTime deadline) override;
  void forget() override { meter_.forget(); }

 private:
  enum class Way : std::uint8_t { kWellKnown, kHead, kGet };

  Result<Look, Failure> look(Way way, MonoTime deadline);
  Result<Way, Failure> find_way(MonoTime deadline);

  std::string name_;
  std::string url_;
  std::string well_known_;
  HttpClient client_;
  LookMeter meter_;
  std::optional<Way> way_;
};

class CameraSource final : public Source {
 public:
  CameraSource(std::string name, std::string url, CameraZone zone, Trust trust, Machine& machine);

  const std::string& name() const override { return name_; }
  Result<SampleRecord, Failure> measure(MonoTime deadline) override;
  std::optional<Failure> set(MonoTime deadline) override;
  void forget() override { meter_.forget(); }

 private:
  // A busy camera is asked again.
  Result<HttpAnswer, Failure> ask(HttpMethod method, const std::string& body, MonoTime deadline);
  Result<Look, Failure> look(MonoTime deadline);

  std::string name_;
  std::string base_;  // "http://192.168.4.30:8080"
  CameraZone zone_;
  Machine& machine_;
  HttpClient client_;
  LookMeter meter_;
  std::optional<std::string> path_;  // nothing until the camera was asked
  std::optional<CameraTime> last_;
};

}  // namespace isletime::driftlog
