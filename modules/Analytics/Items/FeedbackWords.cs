namespace Mana.Analytics.Items;

/// <summary>The closed sets of commerce.md 10.1.</summary>
internal static class FeedbackWords
{
    public const string Submitted = "submitted";
    public const string Completed = "completed";
    public const string OtherCategory = "other";

    public static readonly string[] Categories = ["bug", "feature", "improvement", "question", "praise", "onboarding-wish", OtherCategory];
    public static readonly string[] Statuses = [Submitted, "under_review", "planned", "in_progress", Completed, "declined"];

    /// <summary>What a reaction adds to the score. The heart is two code points.</summary>
    public static readonly IReadOnlyDictionary<string, int> Weights = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        ["👍"] = 1, ["❤️"] = 1, ["🚀"] = 2, ["🤔"] = 0, ["🎉"] = 1,
    };

    /// <summary>Who reacts so stands behind an idea, and is rewarded when it ships.</summary>
    public static readonly string[] Support = ["👍", "🚀"];
}
