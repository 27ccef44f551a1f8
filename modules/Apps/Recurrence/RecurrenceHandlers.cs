using Mana.Apps.Wire;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Http;

namespace Mana.Apps.Recurrence;

/// <summary>Routes of compute.md 6.11 and 6.12.</summary>
internal static class RecurrenceHandlers
{
    const string Lines = "application/x-ndjson";

    public static async Task<IResult> NextAsync(HttpContext context, NextOccurrence next, RecurrenceMetrics metrics, CancellationToken cancellationToken)
    {
        var (body, refused) = next.Find(await BodyFields.ReadAsync(context), cancellationToken);
        metrics.Request("next-occurrence", refused?.Error ?? "ok");
        return refused ?? AppsJson.Ok(body!);
    }

    public static async Task<IResult> ValidateAsync(HttpContext context, RuleValidation validation, RecurrenceMetrics metrics, CancellationToken cancellationToken)
    {
        var body = validation.Check(await BodyFields.ReadAsync(context), cancellationToken);
        metrics.Request("validate", body.Code ?? "ok");
        return AppsJson.Ok(body);
    }

    public static async Task<IResult> ExpandAsync(
        HttpContext context, CurrentUser user, SeriesExpansion expansion, CompatOptions compat, RecurrenceMetrics metrics, CancellationToken cancellationToken)
    {
        var (request, refused) = ExpandRequest.Read(await BodyFields.ReadAsync(context), compat.LegacyClamp);
        if (refused is null)
        {
            var lines = context.Request.Headers.Accept.ToString().Contains(Lines, StringComparison.OrdinalIgnoreCase);
            void Starting() => context.Response.ContentType = lines ? Lines : "application/json; charset=utf-8";
            refused = lines
                ? await expansion.StreamAsync(user.UserId, request!, Starting, context.Response.BodyWriter, context.Features.Get<ComputeSlot>(), cancellationToken)
                : expansion.Write(user.UserId, request!, Starting, context.Response.BodyWriter, cancellationToken);
        }

        metrics.Request("expand", refused?.Error ?? "ok");
        return (IResult?)refused ?? Results.Empty;
    }
}
