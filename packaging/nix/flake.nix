# runits for Nix, and a module for NixOS. Not checked with Nix.
# Nothing is published yet: unpack the archive of a release, and name its directory, as in
#   nix build ./packaging/nix --override-input release path:$PWD/runits-0.1.0-linux-amd64
{
  description = "UNIX process supervision, a drop-in for runit";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";
  inputs.release = {
    url = "path:./release";
    flake = false;
  };

  outputs =
    { self, nixpkgs, release }:
    let
      systems = [ "x86_64-linux" "aarch64-linux" ];
      forEach = nixpkgs.lib.genAttrs systems;
    in
    {
      packages = forEach (system: {
        default = nixpkgs.legacyPackages.${system}.runCommand "runits-0.1.0" { } ''
          mkdir -p $out
          cp -a ${release}/bin ${release}/share $out/
        '';
      });

      # services.runits.enable = true; starts runsvdir on services.runits.directory.
      nixosModules.default =
        { config, lib, pkgs, ... }:
        let
          options = config.services.runits;
          package = self.packages.${pkgs.stdenv.hostPlatform.system}.default;
        in
        {
          options.services.runits = {
            enable = lib.mkEnableOption "runsvdir of runits";
            directory = lib.mkOption {
              type = lib.types.str;
              default = "/etc/service";
              description = "The directory of the services.";
            };
          };
          config = lib.mkIf options.enable {
            environment.systemPackages = [ package ];
            # As examples/boot/runits.service.
            systemd.services.runits = {
              description = "Services under runsvdir";
              wantedBy = [ "multi-user.target" ];
              after = [ "network.target" ];
              path = [ package ];
              serviceConfig = {
                ExecStart = "${package}/bin/runsvdir --stop=60000 ${options.directory}";
                KillMode = "mixed";
                TimeoutStopSec = 90;
                Restart = "always";
                SuccessExitStatus = 137;
                LimitNOFILE = 65536;
              };
            };
          };
        };
    };
}
