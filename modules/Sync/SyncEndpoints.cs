using Mana.Kernel.Admin;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Mana.Sync.Cursors;
using Mana.Sync.Devices;
using Mana.Sync.Gate;
using Mana.Sync.History;
using Mana.Sync.Live;
using Mana.Sync.Pull;
using Mana.Sync.Push;
using Mana.Sync.Singletons;
using Mana.Sync.Spaces;
using Mana.Sync.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Mana.Sync;

/// <summary>Every route of the module (sync.md 1).</summary>
internal static class SyncEndpoints
{
    public const string PushLimit = "sync-push";
    public const string PullLimit = "sync-pull";

    /// <summary>The original never looked at Content-Type, and its scripts do not send one.</summary>
    const string AnyType = "*/*";

    public static void Map(IEndpointRouteBuilder app)
    {
        var sync = app.MapGroup("/sync/{appId}").RequireAuthorization(Policies.User).WithTags("sync")
            .WithMetadata(new ErrorStyle(Unauthorized: "unauthorized")).AddEndpointFilter<BillingGate>();
        sync.MapPost("", PushAsync).RequireRateLimiting(PushLimit).WithMetadata(Metered.Push).WithSummary("Push changes; receive what other devices wrote to this app since the cursor")
            .Accepts<SyncDocs.Changeset>("application/json", AnyType).Produces<SyncDocs.SyncResponse>();
        sync.MapGet("/pull", PullAsync).RequireRateLimiting(PullLimit).WithMetadata(Metered.Pull).WithSummary("Pull one collection since a cursor, in pages").Produces<SyncDocs.SyncResponse>();
        sync.MapGet("/history", HistoryHandlers.ReadAsync).RequireRateLimiting(PullLimit).WithMetadata(Metered.History).WithSummary("Versions of a record, newest first, losing values included");
        sync.MapPost("/history/revert", HistoryHandlers.RevertAsync).RequireRateLimiting(PushLimit).WithMetadata(Metered.History).WithSummary("Give a record, or some of its fields, the values that it had after a version");
        app.MapGet("/sync/debug", DebugView.GetAsync).RequireAuthorization(Policies.User).RequireRateLimiting(PullLimit).WithTags("sync")
            .WithSummary("The caller's devices: last seen, cursor, lag, clock, last error");
        app.MapPost("/api/v1/me/bootstrap-singletons", SingletonHandlers.BootstrapAsync).RequireAuthorization(Policies.User).RequireRateLimiting(PushLimit).WithTags("sync")
            .WithSummary("Make the records that exist once per person and per space, where they are missing");
        var streams = app.MapGroup("/sync").RequireAuthorization(Policies.User).RequireRateLimiting(PullLimit).WithTags("sync").DisableHttpMetrics()
            .WithMetadata(new ErrorStyle(Unauthorized: "unauthorized"), Metered.Stream);
        streams.MapGet("/{appId}/stream", LiveHandlers.StreamAppAsync).AddEndpointFilter<BillingGate>().WithSummary("Event stream of one app: backlog since the cursor, then live")
            .Produces(StatusCodes.Status200OK, contentType: "text/event-stream");
        streams.MapGet("/stream", LiveHandlers.StreamAppsAsync).WithSummary("Event stream of several apps").Produces(StatusCodes.Status200OK, contentType: "text/event-stream");
        app.MapGet(DevicesPage.Path, DevicesPage.ListAsync).AsAdminPage("devices");
        app.MapGet(DevicesPage.Route, DevicesPage.ShowAsync).AsAdminPage("devices.read");
        // Any method gets as far as the handshake, which refuses it (sync.md 1).
        app.Map("/ws", LiveHandlers.SocketAsync).DisableHttpMetrics();
        app.Map("/ws/{appId}", LiveHandlers.SocketAsync).DisableHttpMetrics();
    }

    static async Task<IResult> PushAsync(
        string appId, CurrentUser user, HttpContext context, PushService pushes, Tenancy tenancy, BodyBudget budget, AnswerRoom answers, SyncMetrics metrics,
        [FromHeader(Name = "X-Client-Id")] string? clientId, CancellationToken cancellationToken)
    {
        using var share = budget.For(user.UserId);
        if (share is null)
            return metrics.Refuse(BodyBudget.TooManyAtOnce);
        var (read, notRead) = await RequestBody.ReadAsync(context, Limits.BodyBytes, share, cancellationToken);
        using var body = read;
        if (body is null)
            return metrics.Refuse(notRead!);
        var (changeset, error) = ChangesetReader.Read(body.Memory);
        if (error is not null)
            return metrics.Refuse(error);
        var device = clientId is { Length: > 0 } ? clientId : changeset!.ClientId ?? "";
        if (ParameterRules.Check(appId, device) is { } tooLong)
            return metrics.Refuse(tooLong);
        context.Features.Set(new NamedDevice(device));
        var (start, invalid) = ReadStart.Resolve(changeset!.Cursor, changeset.Since, user.UserId, Selection.Of(appId));
        if (invalid is not null)
            return metrics.Refuse(invalid);

        context.Response.ContentType = "application/json";
        var push = new PushCommand(await tenancy.OfAsync(user.UserId, cancellationToken), appId, device, changeset, start, body);
        using var output = answers.Of(context);
        return await pushes.WriteAsync(push, output, cancellationToken) is { } refused ? metrics.Refuse(refused) : Results.Empty;
    }

    static async Task<IResult> PullAsync(
        string appId, CurrentUser user, HttpContext context, PullService pulls, StateView states, Tenancy tenancy, AnswerRoom answers, string? collection, string? since, string? cursor,
        string? limit, string? view,
        [FromHeader(Name = "X-Client-Id")] string? clientId, CancellationToken cancellationToken)
    {
        var asState = view == "state";
        if (string.IsNullOrEmpty(collection) || (!asState && string.IsNullOrEmpty(since) && string.IsNullOrEmpty(cursor)))
            return SyncError.MissingParameter();
        if (!ParameterRules.TryPageSize(limit, out var page))
            return SyncError.InvalidLimit();
        if (!asState && view is not (null or "" or "log"))
            return SyncError.InvalidView();
        if ((ParameterRules.Check(appId, clientId ?? "") ?? ParameterRules.CheckCollection(collection)) is { } refused)
            return refused;
        var selection = Selection.Of(appId, collection);
        var inside = SyncCursor.InsideView(cursor, user.UserId, selection);
        var (start, invalid) = inside is null ? ReadStart.Resolve(cursor, since, user.UserId, selection) : default;
        if (invalid is not null)
            return invalid;

        context.Response.ContentType = "application/json";
        var request = new DeltaRequest(await tenancy.OfAsync(user.UserId, cancellationToken), selection, clientId ?? "", start, page);
        using var output = answers.Of(context);
        // Who knows something already goes on from there: a client may ask for the view every time.
        await (inside is not null || (asState && start is { Cursor: null, Since: 0 })
            ? states.WriteAsync(request, inside, output, cancellationToken)
            : pulls.WriteAsync(request, output, cancellationToken));
        return Results.Empty;
    }
}
