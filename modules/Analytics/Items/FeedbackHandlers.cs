using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Mana.Kernel.Wire;
using Microsoft.AspNetCore.Http;

namespace Mana.Analytics.Items;

/// <summary>What signed-in people do on the board (commerce.md 10.3). An id that is no UUID is an id that does not exist.</summary>
internal static class FeedbackHandlers
{
    const int MostOwn = 1000;

    public static async Task<IResult> SubmitAsync(HttpContext context, CurrentUser user, Submissions submissions, FeedbackBoard board, CancellationToken cancellationToken)
    {
        var fields = await RequestFields.ReadAsync(context);
        var wish = Submission.Read(fields, context.Request);
        if (fields.Problem is { } problem)
            return problem;
        return await submissions.AddAsync(user.UserId, wish, cancellationToken) switch
        {
            SubmissionResult.Ok ok => PlatformJson.Created(FeedbackRow.Of((await board.FindAsync(ok.Id, cancellationToken))!)),
            SubmissionResult.NoParent => FeedbackRefusals.NotFound,
            SubmissionResult.TooMany => FeedbackRefusals.TooManyToday,
            _ => FeedbackRefusals.Gone,
        };
    }

    public static async Task<IResult> FeedAsync(HttpContext context, CurrentUser user, FeedbackBoard board, CancellationToken cancellationToken) =>
        FeedQuery.Read(context.Request.Query, 50, out var filter) ?? PlatformJson.Ok(new { items = await board.FeedAsync(user.UserId, filter, cancellationToken) });

    public static async Task<IResult> MineAsync(HttpContext context, CurrentUser user, FeedbackBoard board, CancellationToken cancellationToken)
    {
        var items = (await board.OfAuthorAsync(user.UserId, MostOwn, cancellationToken)).ConvertAll(FeedbackRow.Of);
        // The first clients read a bare list; they say so (commerce.md 14).
        return context.Request.Headers["Accept-Version"] == "1" ? PlatformJson.Ok(items)
            : PlatformJson.Ok(new { items, total = items.Count < MostOwn ? items.Count : await board.CountOfAuthorAsync(user.UserId, cancellationToken) });
    }

    public static async Task<IResult> ReactedAsync(string? limit, CurrentUser user, FeedbackBoard board, CancellationToken cancellationToken) =>
        PageQuery.TryRead(limit, null, 100, out var rows, out _)
            ? PlatformJson.Ok(new { items = await board.ReactedAsync(user.UserId, rows, cancellationToken) })
            : ValidationFailed.With("limit", "must be a number");

    public static async Task<IResult> RepliesAsync(string id, CurrentUser user, FeedbackBoard board, CancellationToken cancellationToken) =>
        Guid.TryParseExact(id, "D", out var known) && await board.RepliesAsync(user.UserId, known, cancellationToken) is { } replies ? PlatformJson.Ok(replies) : FeedbackRefusals.NotFound;

    public static async Task<IResult> DeleteAsync(string id, CurrentUser user, Submissions submissions, CancellationToken cancellationToken) =>
        Guid.TryParseExact(id, "D", out var known) && await submissions.DeleteAsync(user.UserId, known, cancellationToken) ? PlatformJson.Ok(new { success = true }) : FeedbackRefusals.NotFound;
}

/// <summary>Filters and page of a list of items.</summary>
internal static class FeedQuery
{
    /// <summary>Null when everything is as it should be.</summary>
    public static ApiError? Read(IQueryCollection query, int otherwise, out FeedFilter filter)
    {
        var errors = new List<(string Path, string Message)>();
        string? Text(string name) => query[name].ToString() is { Length: > 0 } text ? text : null;
        string? Choice(string name, string[] choices)
        {
            var text = Text(name);
            if (text is not null && !choices.Contains(text))
                errors.Add((name, $"must be one of {string.Join(", ", choices)}"));
            return text;
        }

        if (!PageQuery.TryRead(query["limit"], query["offset"], otherwise, out var rows, out var skip))
            errors.Add(("limit", "and offset must be numbers"));
        // Clients of the original sort by votes; those are the score now.
        var recent = Choice("sort", ["score", "recent", "votes"]) == "recent";
        filter = new FeedFilter(Text("appId"), Text("moduleContext"), Choice("category", FeedbackWords.Categories), Choice("status", FeedbackWords.Statuses), recent, rows, skip);
        if ((filter.AppId is { } app && !StorableText.IsText(app)) || (filter.ModuleContext is { } module && !StorableText.IsText(module)))
            errors.Add(("query", "must be text"));
        return errors.Count == 0 ? null : ValidationFailed.With(errors);
    }
}
