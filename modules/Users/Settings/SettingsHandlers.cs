using System.Text.Json.Nodes;
using Mana.Kernel.Identity;
using Mana.Kernel.Wire;
using Microsoft.AspNetCore.Http;

namespace Mana.Users.Settings;

/// <summary><c>/api/v1/settings</c>: the contract of the web client, and the <c>PUT</c>s of the older one (commerce.md 9.1).</summary>
internal static class SettingsHandlers
{
    public static async Task<IResult> GetAsync(HttpContext context, CurrentUser user, SettingsStore store, CancellationToken cancellationToken) =>
        Answer(context, await store.FindAsync(user.UserId, cancellationToken));

    public static Task<IResult> PatchGlobalAsync(HttpContext context, CurrentUser user, SettingsStore store, CancellationToken cancellationToken) =>
        ChangeAsync(context, user, store, "global", SettingsRules.Check, (document, partial, _) => SettingsChanges.PatchGlobal(document, partial), cancellationToken);

    public static Task<IResult> PutGlobalAsync(HttpContext context, CurrentUser user, SettingsStore store, CancellationToken cancellationToken) =>
        ChangeAsync(context, user, store, "global", SettingsRules.Check, (document, partial, _) => SettingsChanges.PutGlobal(document, partial), cancellationToken, raw: true);

    public static Task<IResult> PatchAppAsync(string appId, HttpContext context, CurrentUser user, SettingsStore store, CancellationToken cancellationToken) =>
        ChangeAsync(context, user, store, "app", SettingsRules.Check, (document, partial, _) => SettingsChanges.PatchApp(document, appId, partial), cancellationToken);

    public static Task<IResult> PutAppAsync(string appId, HttpContext context, CurrentUser user, SettingsStore store, CancellationToken cancellationToken) =>
        ChangeAsync(context, user, store, "app", SettingsRules.Check, (document, partial, _) => SettingsChanges.PutApp(document, appId, partial), cancellationToken, raw: true);

    public static Task<IResult> DeleteAppAsync(string appId, HttpContext context, CurrentUser user, SettingsStore store, CancellationToken cancellationToken) =>
        RemoveAsync(context, user, store, "app", document => document.Apps.Remove(appId), cancellationToken);

    public static async Task<IResult> DevicesAsync(CurrentUser user, SettingsStore store, CancellationToken cancellationToken) =>
        PlatformJson.Ok(new { success = true, devices = (await store.FindAsync(user.UserId, cancellationToken)).Document.Devices
            .OrderByDescending(device => SettingsDocument.LastSeen(device.Value), StringComparer.Ordinal)
            .Select(device => new
            {
                deviceId = device.Key,
                deviceName = device.Value!["deviceName"],
                deviceType = device.Value["deviceType"],
                lastSeen = device.Value["lastSeen"],
                appCount = (device.Value["apps"] as JsonObject)?.Count ?? 0,
            }) });

    public static async Task<IResult> DeviceAppAsync(string deviceId, string appId, CurrentUser user, SettingsStore store, CancellationToken cancellationToken) =>
        PlatformJson.Ok(new { success = true, settings = ((await store.FindAsync(user.UserId, cancellationToken)).Document.Devices[deviceId]?["apps"] as JsonObject)?[appId] ?? new JsonObject() });

    public static Task<IResult> PatchDeviceAsync(string deviceId, string appId, HttpContext context, CurrentUser user, SettingsStore store, CancellationToken cancellationToken) =>
        ChangeAsync(context, user, store, "device", SettingsChanges.Check, (document, partial, now) => SettingsChanges.PatchDevice(document, deviceId, appId, partial, now), cancellationToken);

    public static Task<IResult> PutDeviceAsync(string deviceId, HttpContext context, CurrentUser user, SettingsStore store, CancellationToken cancellationToken) =>
        ChangeAsync(context, user, store, "device", SettingsChanges.Check, (document, partial, now) => SettingsChanges.PutDevice(document, deviceId, partial, now), cancellationToken, raw: true);

    public static Task<IResult> DeleteDeviceAsync(string deviceId, HttpContext context, CurrentUser user, SettingsStore store, CancellationToken cancellationToken) =>
        RemoveAsync(context, user, store, "device", document => document.Devices.Remove(deviceId), cancellationToken);

    public static Task<IResult> DeleteDeviceAppAsync(string deviceId, string appId, HttpContext context, CurrentUser user, SettingsStore store, CancellationToken cancellationToken) =>
        RemoveAsync(context, user, store, "device", document => SettingsChanges.DeleteDeviceApp(document, deviceId, appId), cancellationToken);

    static async Task<IResult> ChangeAsync(
        HttpContext context, CurrentUser user, SettingsStore store, string level, Func<JsonObject, IReadOnlyList<(string Path, string Message)>> check,
        Action<SettingsDocument, JsonObject, DateTimeOffset> change, CancellationToken cancellationToken, bool raw = false)
    {
        // Twice the size of a document: what is too much for one is told so by the document's own refusal.
        var fields = await RequestFields.ReadAsync(context, 2 * SettingsDocument.LargestDocument);
        var partial = SettingsDocument.Object(fields.Body.GetRawText());
        if (check(partial) is { Count: > 0 } errors)
            return ValidationFailed.With(errors);
        return Answer(context, await store.ChangeAsync(user.UserId, level, IfMatch(context), (document, now) => change(document, partial, now), cancellationToken), raw);
    }

    static async Task<IResult> RemoveAsync(HttpContext context, CurrentUser user, SettingsStore store, string level, Action<SettingsDocument> change, CancellationToken cancellationToken) =>
        Answer(context, await store.ChangeAsync(user.UserId, level, IfMatch(context), (document, _) => change(document), cancellationToken), raw: false);

    static string? IfMatch(HttpContext context) => context.Request.Headers.IfMatch.ToString() is { Length: > 0 } seen ? seen : null;

    static IResult Answer(HttpContext context, SettingsResult result, bool raw) => result switch
    {
        SettingsResult.Ok ok when raw => Raw(context, ok.Settings),
        SettingsResult.Ok ok => Answer(context, ok.Settings),
        SettingsResult.Changed => UsersRefusals.Changed,
        SettingsResult.TooLarge => UsersRefusals.DocumentTooLarge,
        SettingsResult.TooManyApps => UsersRefusals.TooMany("overrides of apps", SettingsDocument.MostApps),
        _ => UsersRefusals.Gone,
    };

    static IResult Answer(HttpContext context, StoredSettings stored)
    {
        context.Response.Headers.ETag = stored.ETag;
        return PlatformJson.Ok(new { success = true, globalSettings = stored.Document.Effective(), appOverrides = stored.Document.Apps, deviceSettings = stored.Document.Devices });
    }

    static IResult Raw(HttpContext context, StoredSettings stored)
    {
        context.Response.Headers.ETag = stored.ETag;
        return PlatformJson.Ok(new
        {
            userId = stored.UserId, globalSettings = stored.Document.Effective(), appOverrides = stored.Document.Apps, deviceSettings = stored.Document.Devices,
            createdAt = stored.CreatedAt, updatedAt = stored.UpdatedAt,
        });
    }
}

/// <summary>Ids of apps and devices in a path have one form (commerce.md 9.1).</summary>
internal sealed class SettingsIds : IEndpointFilter
{
    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        foreach (var name in (string[])["appId", "deviceId"])
            if (context.HttpContext.Request.RouteValues[name] is string id && !SettingsRules.IsId(id))
                return ValueTask.FromResult<object?>(ValidationFailed.With(name, "must be 1 to 64 of A–Z, a–z, 0–9, _, . and -"));
        return next(context);
    }
}
