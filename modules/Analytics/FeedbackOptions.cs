using Mana.Kernel.Configuration;

namespace Mana.Analytics;

/// <summary>Section <c>Feedback</c>.</summary>
internal sealed class FeedbackOptions : IManaOptions
{
    public const string DevelopmentSecret = "dev-pseudonym-secret";

    /// <summary><c>FEEDBACK_PSEUDONYM_SECRET</c>: what pseudonyms are made with. Another secret renames nobody who has one already.</summary>
    public string PseudonymSecret { get; set; } = DevelopmentSecret;

    /// <summary><c>FEEDBACK_PSEUDONYM_SCHEME</c>: <c>hmac</c>, or <c>sha256</c> as the original made them, for boards that were imported.</summary>
    public string PseudonymScheme { get; set; } = "hmac";

    /// <summary><c>FEEDBACK_FOUNDER_USER_IDS</c>: people who are not rewarded for their own ideas, parted by commas.</summary>
    public string? FounderUserIds { get; set; }

    /// <summary><c>MANA_LLM_URL</c>: the OpenAI-compatible gateway that finds titles. Unset: nobody does.</summary>
    public string? LlmUrl { get; set; }

    public string LlmModel { get; set; } = "gemma3:4b";

    /// <summary>How much one person may submit in 24 hours where rate limits hold.</summary>
    public int SubmissionsPerDay { get; set; } = 10;

    public IReadOnlySet<string> Founders => field ??= (FounderUserIds ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal);

    public IEnumerable<string> Problems(bool production)
    {
        if (Secrets.Problem("FEEDBACK_PSEUDONYM_SECRET", PseudonymSecret, production, minimumLength: 32) is { } problem)
            yield return problem;
        if (PseudonymScheme is not ("hmac" or "sha256"))
            yield return "FEEDBACK_PSEUDONYM_SCHEME must be hmac or sha256.";
        if (LlmUrl is { Length: > 0 } url && !(Uri.TryCreate(url, UriKind.Absolute, out var llm) && llm.Scheme is "http" or "https"))
            yield return "MANA_LLM_URL must be an absolute URL.";
        if (SubmissionsPerDay < 1)
            yield return "Feedback:SubmissionsPerDay must be at least 1.";
    }
}
