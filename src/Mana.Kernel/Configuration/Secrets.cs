namespace Mana.Kernel.Configuration;

/// <summary>Rules for secrets that arrive by configuration.</summary>
public static class Secrets
{
    static readonly HashSet<string> KnownDefaults = new(StringComparer.OrdinalIgnoreCase)
    {
        "dev-service-key", "devpassword", "changeme", "change-me", "secret", "password", "postgres", "mana",
    };

    /// <summary>What examples hold where a secret belongs.</summary>
    static readonly string[] Placeholders = ["dev-", "change", "replace", "your-", "your_", "example", "xxx", "<"];

    /// <summary>Sixteen random characters of any alphabet in use have more than these; <c>0000…</c> and <c>ababab…</c> have not.</summary>
    const int FewestLetters = 5;

    /// <summary>Null when <paramref name="value"/> may protect a Production host, else the sentence to print.</summary>
    public static string? Problem(string key, string? value, bool production, int minimumLength = 16)
    {
        if (!production)
            return null;
        if (string.IsNullOrWhiteSpace(value))
            return $"{key} is not set; Production needs it.";
        if (KnownDefaults.Contains(value) || Placeholders.Any(start => value.StartsWith(start, StringComparison.OrdinalIgnoreCase)))
            return $"{key} holds a known default; set a secret of your own.";
        if (value.Distinct().Count() < FewestLetters)
            return $"{key} is no random text; set a secret of your own.";
        return value.Length < minimumLength ? $"{key} is shorter than {minimumLength} characters." : null;
    }
}
