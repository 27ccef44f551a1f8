namespace Mana.Auth.ApiKeys;

/// <summary>What keys can be made for. A further scope is a further word here.</summary>
internal static class ApiKeyScopes
{
    public static readonly IReadOnlyList<string> Default = ["stt", "tts"];

    public static readonly IReadOnlyList<string> All = ["stt", "tts", "image-gen", "llm", "search", "embeddings", "ocr", "translate"];

    /// <summary>Null when one of them is not registered. A missing list is the default one; an empty one stays empty.</summary>
    public static IReadOnlyList<string>? Checked(IReadOnlyList<string?>? wanted)
    {
        if (wanted is null)
            return Default;
        return wanted.Count <= All.Count && wanted.All(scope => All.Contains(scope, StringComparer.Ordinal))
            ? [.. wanted.Select(scope => scope!).Distinct(StringComparer.Ordinal)]
            : null;
    }
}
