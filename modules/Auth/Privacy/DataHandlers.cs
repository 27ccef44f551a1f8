using System.Globalization;
using System.Net.Mime;
using System.Text.Json;
using Mana.Auth.Cookies;
using Mana.Auth.Passwords;
using Mana.Auth.Privacy.Erasures;
using Mana.Auth.Recovery;
using Mana.Auth.SecurityEvents;
using Mana.Auth.StepUp;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Privacy;

internal sealed record NativeDeleted(bool Success, string Message);

internal static class DataHandlers
{
    static readonly ApiError NotFound = new(404, "User not found", "User not found") { Code = "NOT_FOUND" };

    public static async Task<IResult> OverviewAsync(CurrentUser caller, DataOverview overview, CancellationToken cancellationToken) =>
        await overview.OfAsync(caller.UserId, cancellationToken) is { } summary ? Results.Ok(summary) : NotFound;

    public static Task<IResult> ExportAsync(
        CurrentUser caller, ClientInfo client, DataOverview overview, DataExport export, SecurityLog security, TimeProvider time, CancellationToken cancellationToken) =>
        FileAsync(caller, client, overview, security, time, "json", MediaTypeNames.Application.Json, export.WriteJsonAsync, cancellationToken);

    public static Task<IResult> ArchiveAsync(
        CurrentUser caller, ClientInfo client, DataOverview overview, DataExport export, SecurityLog security, TimeProvider time, CancellationToken cancellationToken) =>
        FileAsync(caller, client, overview, security, time, "zip", MediaTypeNames.Application.Zip, export.WriteArchiveAsync, cancellationToken);

    /// <summary>Either of them, as a page's link asks.</summary>
    public static Task<IResult> FileAsync(
        string? format, CurrentUser caller, ClientInfo client, DataOverview overview, DataExport export, SecurityLog security, TimeProvider time, CancellationToken cancellationToken) =>
        format == "zip" ? ArchiveAsync(caller, client, overview, export, security, time, cancellationToken) : ExportAsync(caller, client, overview, export, security, time, cancellationToken);

    public static async Task<IResult> EraseAsync(HttpContext http, CurrentUser caller, Visitor visitor, OwnErasure erasure, CancellationToken cancellationToken) =>
        await erasure.EraseAsync(http, caller, visitor, cancellationToken) switch
        {
            (null, { } report) => Results.Json(report, statusCode: StatusOf(report)),
            (var refusal, _) => refusal!,
        };

    public static async Task<IResult> DeleteAccountAsync(HttpContext http, CurrentUser caller, Visitor visitor, OwnErasure erasure, CancellationToken cancellationToken) =>
        await erasure.EraseAsync(http, caller, visitor, cancellationToken) switch
        {
            (null, { } report) => Results.Json(new { success = report.Success, status = report.Status }, statusCode: StatusOf(report)),
            (var refusal, _) => refusal!,
        };

    public static async Task<IResult> DeleteUserAsync(HttpContext http, CurrentUser caller, Visitor visitor, OwnErasure erasure, CancellationToken cancellationToken) =>
        await erasure.EraseAsync(http, caller, visitor, cancellationToken) switch
        {
            (null, { } report) => Results.Json(new NativeDeleted(report.Success, report.Success ? "User deleted" : "User is being deleted"), statusCode: StatusOf(report)),
            (var refusal, _) => refusal!,
        };

    public static int StatusOf(ErasureReport report) => report.Success ? StatusCodes.Status200OK : StatusCodes.Status202Accepted;

    static async Task<IResult> FileAsync(
        CurrentUser caller, ClientInfo client, DataOverview overview, SecurityLog security, TimeProvider time, string format, string type, Func<DataSummary, Stream, CancellationToken, Task> write,
        CancellationToken cancellationToken)
    {
        if (await overview.OfAsync(caller.UserId, cancellationToken) is not { } summary)
            return NotFound;
        security.Record(SecurityEventTypes.DataExported, caller.UserId, client, ("format", format));
        var name = string.Create(CultureInfo.InvariantCulture, $"meine-daten-{time.GetUtcNow():yyyy-MM-dd}.{format}");
        return Results.Stream(stream => write(summary, stream, cancellationToken), type, name);
    }
}

/// <summary>The owner's own wish to be erased: proof first (auth.md 19.3, step 1), a password in the body or a recent sign-in.</summary>
internal sealed class OwnErasure(SessionGuard guard, PasswordChange passwords, AccountErasure accounts, SessionCookies cookies)
{
    public async Task<(IResult? Refusal, ErasureReport? Report)> EraseAsync(HttpContext http, CurrentUser caller, Visitor visitor, CancellationToken cancellationToken)
    {
        var body = await BodyAsync(http, cancellationToken);
        var (wish, problem) = ErasureWish.Read(body);
        if (wish is null)
            return (AuthRefusals.Validation(problem!), null);
        if (ErasureWish.TextOf(body, "password") is { Length: > 0 } password
            && RecoveryHandlers.Refusal(await passwords.ConfirmAsync(caller, password, visitor, cancellationToken)) is { } wrong)
            return (wrong, null);
        if (await guard.RefuseAsync(http, true, cancellationToken) is { } refused)
            return (refused, null);
        switch (await accounts.EraseAsync(caller.UserId, wish, visitor.Locale, visitor.Client, cancellationToken))
        {
            case ErasureResult.Done done:
                cookies.Clear(http);
                return (null, done.Report);
            case ErasureResult.SoleOwner sole:
                return (new SoleOwnerRefusal(sole.Spaces), null);
            default:
                return (AuthRefusals.NotSignedIn, null);
        }
    }

    /// <summary>A DELETE may come without a body.</summary>
    public static async Task<JsonElement> BodyAsync(HttpContext http, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        await http.Request.Body.CopyToAsync(buffer, cancellationToken);
        if (buffer.Length == 0)
            return default;
        try
        {
            return JsonDocument.Parse(buffer.ToArray()).RootElement;
        }
        catch (JsonException exception)
        {
            throw new BadHttpRequestException("The body is not JSON.", exception);
        }
    }
}

/// <summary>409: spaces with other members would be left without an owner.</summary>
internal sealed class SoleOwnerRefusal(IReadOnlyList<OwnedSpace> spaces) : IResult, IStatusCodeHttpResult
{
    public int? StatusCode => StatusCodes.Status409Conflict;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.Headers.CacheControl = "no-store";
        return Results.Json(
            new
            {
                statusCode = StatusCode, status = StatusCode, code = "SOLE_OWNER", error = "SOLE_OWNER",
                message = "You are the only owner of shared spaces. Say by transferTo or deleteSpaces what becomes of them.", spaces,
            },
            statusCode: StatusCode).ExecuteAsync(httpContext);
    }
}
