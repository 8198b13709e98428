# The formula for Homebrew on Linux. Not checked with Homebrew.
# Nothing is published yet: url and sha256 are those of an archive of a release, as SHA256SUMS has them.
class Runits < Formula
  desc "UNIX process supervision, a drop-in for runit"
  homepage "https://example.org/runits"
  version "0.1.0"
  license "BSD-3-Clause"

  depends_on :linux

  on_intel do
    url "https://example.org/runits/runits-0.1.0-linux-amd64.tar.gz"
    sha256 "0000000000000000000000000000000000000000000000000000000000000000"
  end
  on_arm do
    url "https://example.org/runits/runits-0.1.0-linux-arm64.tar.gz"
    sha256 "0000000000000000000000000000000000000000000000000000000000000000"
  end

  conflicts_with "daemontools", because: "both install envdir, setlock and others"
  conflicts_with "runit", because: "both install sv, runsv and others"

  def install
    prefix.install "bin", "share"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/runits --version")
  end
end
