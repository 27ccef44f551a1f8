using System.Text.RegularExpressions;
using Mana.Host.Configuration;

namespace Mana.Host.Tests.Box;

/// <summary>.env.example names what is read, all of it and nothing else.</summary>
public sealed partial class EnvExampleTests
{
    [Fact]
    public void It_is_what_the_host_and_the_compose_file_read()
    {
        var told = Names(Checkout.Text(".env.example"));
        var compose = Uses().Matches(Checkout.Text(Checkout.Compose)).Select(use => use.Groups["name"].Value).ToHashSet(StringComparer.Ordinal);
        Assert.Equal([], Problems(told, compose));
    }

    [Fact]
    public void A_gap_on_either_side_is_noticed()
    {
        var told = Names(Checkout.Text(".env.example"));
        Assert.Contains("BASE_URL is read, but not told", Problems(told.Where(name => name != "BASE_URL"), new HashSet<string>()));
        Assert.Contains("NEW_IN_COMPOSE is read, but not told", Problems(told, new HashSet<string> { "NEW_IN_COMPOSE" }));
        Assert.Contains("BACKUP_DIR is told, but nobody reads it", Problems(told, new HashSet<string>()));
    }

    [Fact]
    public void Nothing_is_told_twice_and_no_secret_has_a_place_in_it()
    {
        var names = Line().Matches(Checkout.Text(".env.example")).Select(line => line.Groups["name"].Value).ToList();
        Assert.Equal(names.Distinct(), names);
        Assert.Equal([], names.Intersect(SecretFiles.Names).Except(["DATABASE_URL"]));
    }

    /// <summary>A secret is told by the name of its file.</summary>
    static List<string> Problems(IEnumerable<string> told, IReadOnlySet<string> compose)
    {
        var known = told.ToHashSet(StringComparer.Ordinal);
        var read = EnvironmentNames.Settings.Keys.Concat(compose).ToHashSet(StringComparer.Ordinal);
        var files = SecretFiles.Names.Append("SYNAPSE_OIDC_CLIENT_SECRET").ToHashSet(StringComparer.Ordinal);
        return
        [
            .. read.Where(name => !known.Contains(name) && !(files.Contains(name) && known.Contains(name + "_FILE"))).Select(name => $"{name} is read, but not told"),
            .. known.Where(name => !read.Contains(name) && !(name.EndsWith("_FILE", StringComparison.Ordinal) && files.Contains(name[..^5]))).Select(name => $"{name} is told, but nobody reads it"),
        ];
    }

    static HashSet<string> Names(string text) => Line().Matches(text).Select(line => line.Groups["name"].Value).ToHashSet(StringComparer.Ordinal);

    [GeneratedRegex("^#?(?<name>[A-Z][A-Z0-9_]+)=", RegexOptions.Multiline, 5000)]
    private static partial Regex Line();

    [GeneratedRegex(@"\$\{(?<name>[A-Z][A-Z0-9_]+)", RegexOptions.None, 5000)]
    private static partial Regex Uses();
}
