using Mana.Analytics.Items;
using Mana.Kernel.Identity;
using Mana.Kernel.Wire;
using Microsoft.AspNetCore.Http;

namespace Mana.Analytics.Admin;

/// <summary>Routes of the founder's desk, behind <see cref="FeedbackAdminOnly"/>.</summary>
internal static class TriageHandlers
{
    const int LongestResponse = 4000;

    public static async Task<IResult> ListAsync(HttpContext context, FeedbackBoard board, CancellationToken cancellationToken) =>
        FeedQuery.Read(context.Request.Query, 100, out var filter) ?? PlatformJson.Ok(new { items = (await board.AllAsync(filter, cancellationToken)).ConvertAll(FeedbackRow.Of) });

    public static async Task<IResult> ChangeAsync(string id, HttpContext context, Triage triage, CancellationToken cancellationToken)
    {
        var fields = await RequestFields.ReadAsync(context);
        var change = new TriageChange(
            fields.OptionalChoice("status", FeedbackWords.Statuses), fields.Mentions("adminResponse"), fields.OptionalText("adminResponse", LongestResponse), fields.OptionalFlag("isPublic"));
        if (fields.Problem is { } problem)
            return problem;
        return Guid.TryParseExact(id, "D", out var known) && await triage.ChangeAsync(known, change, cancellationToken) is { } item ? PlatformJson.Ok(FeedbackRow.Of(item)) : FeedbackRefusals.NotFound;
    }
}

/// <summary>Behind <see cref="Policies.User"/>: an administrator or a founder.</summary>
internal sealed class FeedbackAdminOnly(Triage triage) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        context.HttpContext.Features.Get<CurrentUser>() is { } user && await triage.IsAdminAsync(user, context.HttpContext.RequestAborted) ? await next(context) : FeedbackRefusals.AdminOnly;
}
