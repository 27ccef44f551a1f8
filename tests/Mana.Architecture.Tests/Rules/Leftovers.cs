using System.Text.RegularExpressions;

namespace Mana.Architecture.Tests.Rules;

/// <summary>What a finished repository does not hold. The words are written in halves, because this file is searched as well.</summary>
internal static class Leftovers
{
    static readonly Regex Unfinished = new($@"\b({"TO" + "DO"}|{"FIX" + "ME"}|{"NotImplemented" + "Exception"})\b");
    static readonly Regex Region = new($@"^\s*{"#" + "region"}\b", RegexOptions.Multiline);
    static readonly Regex MachinePath = new($@"(?<![\w.~$}}-])/({"wo" + "rk"}|{"ro" + "ot"}|{"ho" + "me"})/\w");

    static readonly string[] Registries =
    [
        "api.nuget" + ".org", "registry.npmjs" + ".org", "registry.yarnpkg" + ".com", "pkgs.dev.azure" + ".com", "npm.pkg.github" + ".com", "nuget.pkg.github" + ".com",
    ];

    public static IEnumerable<string> InCode(SourceFile file) => Find(file, Unfinished).Concat(Find(file, Region));

    public static IEnumerable<string> MachinePaths(SourceFile file) => Find(file, MachinePath);

    /// <summary>Hosts of the public registries and of those this machine is configured for.</summary>
    public static IEnumerable<string> RegistryHosts(SourceFile file, IEnumerable<string> configured) =>
        from host in Registries.Concat(configured)
        where file.Text.Contains(host, StringComparison.OrdinalIgnoreCase)
        select $"{file.Path} names a package registry";

    /// <summary>Hosts in the package managers' settings of the current user.</summary>
    public static IEnumerable<string> ConfiguredRegistries(IEnumerable<string> settingsFiles) =>
        from path in settingsFiles
        where File.Exists(path)
        from Match url in Regex.Matches(File.ReadAllText(path), @"(?:registry\s*=|value\s*=\s*"")\s*https?://(?:[^/@\s""]*@)?(?<host>[^/:""\s]+)", RegexOptions.IgnoreCase)
        select url.Groups["host"].Value;

    static IEnumerable<string> Find(SourceFile file, Regex pattern) =>
        from Match match in pattern.Matches(file.Text)
        select $"{file.Path}:{file.Text.AsSpan(0, match.Index).Count('\n') + 1}: {match.Value.Trim()}";
}
