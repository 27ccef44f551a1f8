using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Mana.Host.Tests.Box;

/// <summary>What is committed holds no key of anybody, and the list of packages holds all of them.</summary>
public sealed partial class SecretScanTests
{
    /// <summary>Keys by chance have more different characters; examples like 1234567890 have fewer.</summary>
    const int Varied = 11;

    [Fact]
    public async Task No_tracked_file_holds_a_key()
    {
        var (exit, list) = await Checkout.RunAsync("git", "ls-files", "-z");
        Assert.True(exit == 0, list);
        var files = list.Split('\0', StringSplitOptions.RemoveEmptyEntries).Where(file => File.Exists(Checkout.PathOf(file))).ToList();
        Assert.True(files.Count > 1000);
        Assert.Equal([], files.SelectMany(file => Found(File.ReadAllText(Checkout.PathOf(file))).Select(key => $"{file}: {key[..8]}…")));
        Assert.DoesNotContain(files, file => file.StartsWith("secrets/", StringComparison.Ordinal) || file == ".env" || file.EndsWith(".pem", StringComparison.Ordinal));
    }

    [Fact]
    public void A_key_is_noticed()
    {
        // In two parts each, so that this file is not one of those.
        string[] keys =
        [
            "sk_" + "live_51HqLyjWDarjtT1zdp7dc", "AGE-SECRET-" + "KEY-1QYQSZQGPQYQSZQGPQYQSZQ3FJ8X7K2M", "-----BEGIN EC " + "PRIVATE KEY-----\nMHcCAQEEIGlRa0pVZ3hXcTd0",
            "gh" + "p_16C7e42F292c6912E7710c838347Ae178B4a", "AK" + "IAIOSFODNN7EXAMPLQ", "wh" + "sec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        ];
        Assert.All(keys, key => Assert.Single(Found($"value = \"{key}\"")));
        Assert.Empty(Found("sk_" + "live_1234567890123456 -----BEGIN " + "PRIVATE KEY----- sk_test_fake"));
    }

    [Fact]
    public async Task No_version_of_any_file_ever_held_a_key()
    {
        var (exit, output) = await Checkout.RunAsync(Checkout.PathOf("infra/scan-secrets"));
        Assert.True(exit == 0, output);
    }

    [Fact]
    public async Task A_key_that_was_committed_and_deleted_is_found_and_not_shown()
    {
        var repository = Directory.CreateTempSubdirectory("mana-scan-").FullName;
        const string Planted = "sk_" + "live_51HqLyjWDarjtT1zdp7dc";
        try
        {
            await GitAsync("init", "-q");
            await File.WriteAllTextAsync(Path.Combine(repository, "settings.txt"), $"key = {Planted}", TestContext.Current.CancellationToken);
            await GitAsync("add", "-A");
            await GitAsync("commit", "-qm", "one");
            File.Delete(Path.Combine(repository, "settings.txt"));
            await File.WriteAllTextAsync(Path.Combine(repository, "other.txt"), "nothing", TestContext.Current.CancellationToken);
            await GitAsync("add", "-A");
            await GitAsync("commit", "-qm", "two");
            var (exit, output) = await Checkout.RunAsync(Checkout.PathOf("infra/scan-secrets"), repository);
            Assert.Equal(1, exit);
            Assert.Contains("settings.txt", output, StringComparison.Ordinal);
            Assert.DoesNotContain(Planted, output, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(repository, recursive: true);
        }

        async Task GitAsync(params string[] arguments)
        {
            var (exit, output) = await Checkout.RunAsync("git", ["-C", repository, "-c", "user.name=test", "-c", "user.email=test@example.test", .. arguments]);
            Assert.True(exit == 0, output);
        }
    }

    [Fact]
    public async Task The_list_of_packages_is_that_of_the_lock_file()
    {
        var (exit, output) = await Checkout.RunAsync(Checkout.PathOf("infra/sbom"));
        Assert.True(exit == 0, output);
        var named = JsonNode.Parse(output)!["components"]!.AsArray().Select(component => (string)component!["name"]!).ToList();
        Assert.Contains("Npgsql", named);
        var locked = JsonNode.Parse(Checkout.Text("src/Mana.Host/packages.lock.json"))!["dependencies"]!.AsObject().SelectMany(framework => framework.Value!.AsObject())
            .Where(package => (string?)package.Value!["type"] != "Project").Select(package => package.Key);
        Assert.Equal(locked.Distinct().Order(StringComparer.Ordinal), named.Distinct().Order(StringComparer.Ordinal));
    }

    static IEnumerable<string> Found(string text) => Keys().Matches(text).Where(match => match.Groups["key"].Value.Distinct().Count() >= Varied).Select(match => match.Value);

    [GeneratedRegex("""
        sk_live_(?<key>[A-Za-z0-9]{16,})|AGE-SECRET-KEY-1(?<key>[A-Z0-9]{20,})|-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s*(?<key>[A-Za-z0-9+/=]{20,})|AKIA(?<key>[0-9A-Z]{16})|gh[pousr]_(?<key>[A-Za-z0-9]{36})|xox[abprs]-(?<key>[A-Za-z0-9-]{16,})|whsec_(?<key>[A-Za-z0-9+/=]{24,})|AIza(?<key>[0-9A-Za-z_-]{35})
        """, RegexOptions.None, 10_000)]
    private static partial Regex Keys();
}
