using System.Text.RegularExpressions;

namespace Mana.Architecture.Tests.Rules;

/// <summary>What a finished repository does not hold. The words are written in halves, because this file is searched as well.</summary>
internal static class Leftovers
{
    static readonly Regex Unfinished = new($@"\b({"TO" + "DO"}|{"FIX" + "ME"}|{"NotImplemented" + "Exception"})\b");
    static readonly Regex Region = new($@"^\s*{"#" + "region"}\b", RegexOptions.Multiline);
    static readonly Regex MachinePath = new($@"(?<![\w.~$}}-])/({"wo" + "rk"}|{"ro" + "ot"}|{"ho" + "me"})/\w");

    /// <summary>An address whose host has a label that starts or ends as package registries call themselves.</summary>
    static readonly Regex Registry = new(@"https?://([\w-]+\.)*(registry|packages?|pkgs|\w*nuget|npm\w*)\.[\w.-]+", RegexOptions.IgnoreCase);

    public static IEnumerable<string> InCode(SourceFile file) => Find(file, Unfinished).Concat(Find(file, Region));

    public static IEnumerable<string> MachinePaths(SourceFile file) => Find(file, MachinePath);

    /// <summary>What looks like a registry's address, and the hosts that this machine is configured for.</summary>
    public static IEnumerable<string> RegistryHosts(SourceFile file, IEnumerable<string> configured) => Find(file, Registry).Concat(
        from host in configured
        where file.Text.Contains(host, StringComparison.OrdinalIgnoreCase)
        select $"{file.Path} names a package registry");

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
