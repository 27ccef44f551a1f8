using System.Text.Json;
using Mana.Analytics.Admin;
using Mana.Analytics.Items;
using Mana.Kernel.Database;
using Mana.Kernel.Identity;
using Mana.Kernel.Wire;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Mana.Analytics.Reactions;

/// <summary>What an item's reactions are after one was added or taken away.</summary>
internal sealed record ReactionState(JsonElement Reactions, int Score, bool UserHasReacted);

/// <summary>Adds and takes away reactions: one statement, which counts under the lock of the item's row (W-60).</summary>
internal sealed class ReactionToggle(NpgsqlDataSource database, TimeProvider time, FeedbackMetrics metrics)
{
    /// <summary>Reactions of one person in 24 hours that count for the reward of supporters (commerce.md 1.9).</summary>
    const int RewardedPerDay = 30;

    /// <summary>Null when there is nothing of this id that the person may see.</summary>
    /// <param name="emoji">One of <see cref="FeedbackWords.Weights"/>.</param>
    /// <param name="seesAll">An administrator: private items too.</param>
    public async Task<ReactionState?> ToggleAsync(Guid id, string userId, string emoji, bool seesAll, CancellationToken cancellationToken)
    {
        var state = await database.Sql("SELECT o_reactions::text, o_score, o_reacted FROM feedback.toggle_reaction($1, $2, $3, $4, $5, $6, $7) WHERE o_reacted IS NOT NULL",
            id, userId, emoji, FeedbackWords.Weights[emoji], seesAll, time.GetUtcNow(), RewardedPerDay)
            .RowAsync(row => new ReactionState(FeedbackItem.Json(row.GetString(0)), row.GetInt32(1), row.GetBoolean(2)), cancellationToken);
        if (state is not null)
            metrics.Reacted(emoji, state.UserHasReacted);
        return state;
    }
}

internal static class ReactionHandler
{
    public static async Task<IResult> ToggleAsync(string id, HttpContext context, CurrentUser user, ReactionToggle reactions, Triage admins, CancellationToken cancellationToken)
    {
        var fields = await RequestFields.ReadAsync(context);
        var emoji = fields.OptionalChoice("emoji", [.. FeedbackWords.Weights.Keys]);
        if (emoji is null && fields.Problem is null)
            fields.Fail("emoji", "is required");
        if (fields.Problem is { } problem)
            return problem;
        if (!Guid.TryParseExact(id, "D", out var known))
            return FeedbackRefusals.NotFound;
        var state = await reactions.ToggleAsync(known, user.UserId, emoji!, seesAll: false, cancellationToken)
            ?? (await admins.IsAdminAsync(user, cancellationToken) ? await reactions.ToggleAsync(known, user.UserId, emoji!, seesAll: true, cancellationToken) : null);
        return state is null ? FeedbackRefusals.NotFound : PlatformJson.Ok(state);
    }
}
