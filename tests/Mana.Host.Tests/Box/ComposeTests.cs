using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Mana.Host.Configuration;

namespace Mana.Host.Tests.Box;

/// <summary>The compose file, as far as it can be judged without an engine.</summary>
public sealed partial class ComposeTests : IAsyncLifetime
{
    static readonly int[] FormerPorts = [3001, 3010, 3050, 3060, 3061, 3062, 3063, 3064];
    JsonNode _file = null!;

    IEnumerable<KeyValuePair<string, JsonNode?>> Services => _file["services"]!.AsObject();

    public async ValueTask InitializeAsync() => _file = await Checkout.YamlAsync(Checkout.Compose);

    [Fact]
    public void Every_service_restarts_is_limited_watched_and_cannot_fill_the_disk_with_its_log()
    {
        Assert.Equal(["postgres", "platform", "backup", "wal"], Services.Where(service => service.Value!["profiles"] is null).Select(service => service.Key));
        Assert.Equal(["monitoring", "proxy", "restore", "storage", "synapse"], Services.SelectMany(service => Texts(service.Value!["profiles"])).Distinct().Order());
        foreach (var (name, service) in Services)
        {
            // What is called by hand ends by itself, before somebody's eyes.
            var once = Texts(service!["profiles"]).SequenceEqual(["restore"]);
            Assert.True((string?)service["restart"] == (once ? "no" : "unless-stopped"), $"{name} does not restart.");
            Assert.True(service["mem_limit"] is not null, $"{name} may take all memory.");
            Assert.True(once || service["healthcheck"]?["test"] is not null, $"Nobody sees whether {name} is well.");
            Assert.True(service["logging"]?["options"]?["max-size"] is not null, $"The log of {name} grows.");
            Assert.True(Texts(service["security_opt"]).Contains("no-new-privileges:true"), $"{name} may gain privileges.");
            Assert.True(((string)service["image"]!).Contains(':', StringComparison.Ordinal), $"{name} has no version.");
        }
    }

    [Fact]
    public void The_platform_answers_at_the_former_services_ports_and_writes_nowhere()
    {
        var platform = _file["services"]!["platform"]!;
        var ports = Texts(platform["ports"]).Select(port => port[(port.IndexOf('}', StringComparison.Ordinal) + 2)..].Split(':')).ToList();
        Assert.Equal(FormerPorts, ports.Select(port => int.Parse(port[0], System.Globalization.CultureInfo.InvariantCulture)));
        Assert.All(ports, port => Assert.Equal("3001", port[1]));
        Assert.True((bool)platform["read_only"]!);
        Assert.Equal(["ALL"], Texts(platform["cap_drop"]));
        Assert.All(Texts(platform["volumes"]), volume => Assert.EndsWith(":ro", volume, StringComparison.Ordinal));
    }

    [Fact]
    public void The_platform_is_given_only_what_it_reads_and_no_secret_in_the_open()
    {
        var read = EnvironmentNames.Settings.Keys.Concat(SecretFiles.Names.Select(name => name + "_FILE")).ToHashSet(StringComparer.Ordinal);
        var given = _file["services"]!["platform"]!["environment"]!.AsObject();
        Assert.Equal([], given.Select(pair => pair.Key).Where(name => !name.StartsWith("DOTNET_", StringComparison.Ordinal) && !name.StartsWith("ASPNETCORE_", StringComparison.Ordinal)).Except(read));
        Assert.Equal(["DATABASE_URL"], given.Select(pair => pair.Key).Intersect(SecretFiles.Names));
        Assert.DoesNotContain(':', new Uri((string)given["DATABASE_URL"]!).UserInfo);
    }

    [Fact]
    public void Every_secret_and_volume_that_is_used_is_declared_and_none_besides()
    {
        var secrets = _file["secrets"]!.AsObject();
        Assert.Equal(secrets.Select(pair => pair.Key).Order(), Services.SelectMany(service => Texts(service.Value!["secrets"])).Distinct().Order());
        foreach (var (name, secret) in secrets)
            Assert.Equal($"./secrets/{name}", (string?)secret!["file"]);
        foreach (var (name, service) in Services)
        {
            var mounted = Texts(service!["secrets"]).Select(secret => "/run/secrets/" + secret).ToHashSet(StringComparer.Ordinal);
            var named = (service["environment"]?.AsObject() ?? []).Select(pair => pair.Value!.ToString()).Where(value => value.StartsWith("/run/secrets/", StringComparison.Ordinal)).ToList();
            Assert.True(named.All(mounted.Contains), $"{name} names a secret that it is not given.");
        }

        var volumes = Services.SelectMany(service => Texts(service.Value!["volumes"])).Select(volume => volume.Split(':')[0]).Where(source => !source.StartsWith('.') && !source.StartsWith('$'));
        Assert.Equal(_file["volumes"]!.AsObject().Select(pair => pair.Key).Order(), volumes.Distinct().Order());
    }

    [Fact]
    public void Every_file_that_is_mounted_copied_or_built_exists()
    {
        var paths = Services.SelectMany(service => Texts(service.Value!["volumes"])).Select(volume => volume.Split(':')[0]).Where(source => source.StartsWith("./", StringComparison.Ordinal))
            .Concat(Services.Select(service => (string?)service.Value!["build"]?["dockerfile"]).OfType<string>())
            .Concat(DockerCopies("infra/docker/Dockerfile")).Concat(DockerCopies("infra/backup/Dockerfile"));
        Assert.Equal([], paths.Where(path => !Path.Exists(Checkout.PathOf(path))).Where(path => !AwaitsMonitoring(path)));
    }

    /// <summary>Nothing of the dashboards is there in a checkout that has not got them; with them, all of it must be.</summary>
    static bool AwaitsMonitoring(string path) => path.StartsWith("./infra/monitoring/", StringComparison.Ordinal) && !Directory.Exists(Checkout.PathOf("infra/monitoring"));

    [Fact]
    public void The_images_run_as_nobody_special_on_the_vendors_base_with_time_zones()
    {
        var docker = Checkout.Text("infra/docker/Dockerfile");
        Assert.Matches(@"(?m)^FROM mcr\.microsoft\.com/dotnet/aspnet:10\.0-noble-chiseled-extra$", docker);
        Assert.Matches(@"(?m)^USER 1654:1654$", docker);
        Assert.Contains("--platform=$BUILDPLATFORM", docker, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_script_of_infra_is_executable_bash_that_parses_and_stops_at_errors()
    {
        var scripts = Directory.EnumerateFiles(Checkout.PathOf("infra"), "*", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal) && !Path.HasExtension(file))
            .Where(file => File.ReadLines(file).FirstOrDefault()?.StartsWith("#!", StringComparison.Ordinal) == true).ToList();
        Assert.True(scripts.Count >= 10);
        foreach (var script in scripts)
        {
            Assert.True(File.GetUnixFileMode(script).HasFlag(UnixFileMode.UserExecute), $"{script} is not executable.");
            Assert.True(File.ReadLines(script).Any(line => line is "set -euo pipefail" or "set -uo pipefail"), $"{script} goes on after an error.");
        }
    }

    static IEnumerable<string> DockerCopies(string file) => Copy().Matches(Checkout.Text(file)).SelectMany(copy => copy.Groups["sources"].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    static IEnumerable<string> Texts(JsonNode? list) => list is JsonArray array ? array.Select(item => (string)item!) : [];

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [GeneratedRegex(@"^COPY (?!--from)(?<sources>.+) \S+$", RegexOptions.Multiline, 5000)]
    private static partial Regex Copy();
}
