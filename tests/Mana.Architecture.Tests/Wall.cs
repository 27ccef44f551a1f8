namespace Mana.Architecture.Tests;

internal static class Wall
{
    /// <summary>Fails with the rule and every offender by name.</summary>
    public static void Holds(string rule, IEnumerable<string> offenders)
    {
        var found = offenders.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        Assert.True(found.Count == 0, $"{rule}{string.Concat(found.Select(offender => $"{Environment.NewLine}  {offender}"))}");
    }

    /// <summary>The same rule, fed a sample that breaks it: it must name the offender.</summary>
    public static void Notices(IEnumerable<string> offenders, params string[] expected)
    {
        var found = offenders.Distinct(StringComparer.Ordinal).ToList();
        foreach (var name in expected)
            Assert.Contains(found, offender => offender.Contains(name, StringComparison.Ordinal));
        Assert.Equal(expected.Length, found.Count);
    }
}
