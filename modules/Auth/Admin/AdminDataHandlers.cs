using Mana.Auth.Passwords;
using Mana.Auth.Privacy;
using Mana.Auth.Privacy.Erasures;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Admin;

/// <summary>The data of other people (auth.md 17.2): to be told in numbers, and to be erased.</summary>
internal static class AdminDataHandlers
{
    public static async Task<IResult> OverviewAsync(string id, DataOverview overview, CancellationToken cancellationToken) =>
        await overview.OfAsync(id, cancellationToken) is { } summary ? Results.Ok(summary) : AdminHandlers.UserNotFound;

    public static async Task<IResult> EraseAsync(string id, HttpContext http, Visitor visitor, AccountErasure accounts, CancellationToken cancellationToken)
    {
        var (wish, problem) = ErasureWish.Read(await OwnErasure.BodyAsync(http, cancellationToken));
        if (wish is null)
            return AuthRefusals.Validation(problem!);
        // The language of the farewell is that of its reader, whom nobody has asked.
        return await accounts.EraseAsync(id, wish, "de", visitor.Client, cancellationToken) switch
        {
            ErasureResult.Done done => Results.Json(done.Report, statusCode: DataHandlers.StatusOf(done.Report)),
            ErasureResult.SoleOwner sole => new SoleOwnerRefusal(sole.Spaces),
            _ => AdminHandlers.UserNotFound,
        };
    }
}
