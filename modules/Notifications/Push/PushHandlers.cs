using Mana.Kernel.Identity;
using Mana.Kernel.Ids;
using Mana.Notifications.Contracts;
using Mana.Notifications.Data;
using Microsoft.AspNetCore.Http;

namespace Mana.Notifications.Push;

/// <summary>Routes of push (compute.md 8.4).</summary>
internal static class PushHandlers
{
    public static IResult PublicKey(PushOptions options) =>
        options.IsConfigured ? Results.Ok(new PublicKeyBody(options.VapidPublicKey!)) : ChannelRefusals.PushNotConfigured;

    public static async Task<IResult> SubscribeAsync(
        SubscriptionRequest body, CurrentUser user, PushOptions options, PushSubscriptions subscriptions, CancellationToken cancellationToken)
    {
        if (!options.IsConfigured)
            return ChannelRefusals.PushNotConfigured;
        var expires = body.ExpirationTime is { } milliseconds and > 0 and < 253_402_300_000_000 ? DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds) : (DateTimeOffset?)null;
        var wanted = new NewSubscription(body.Endpoint, body.Keys?.P256dh, body.Keys?.Auth, body.Ua, expires);
        return await subscriptions.AddAsync(user.UserId, wanted, cancellationToken) switch
        {
            PushSubscribing.Stored { Created: true } stored => Results.Json(Body(stored.Subscription), statusCode: StatusCodes.Status201Created),
            PushSubscribing.Stored stored => Results.Ok(Body(stored.Subscription)),
            PushSubscribing.Invalid invalid => ChannelRefusals.Validation(invalid.Problems),
            PushSubscribing.NotAllowed => ChannelRefusals.UrlNotAllowed,
            _ => throw new InvalidOperationException(),
        };
    }

    public static async Task<IResult> ListAsync(CurrentUser user, PushSubscriptions subscriptions, CancellationToken cancellationToken) =>
        Results.Ok(new { subscriptions = (await subscriptions.OfAsync(user.UserId, cancellationToken)).Select(Body) });

    public static async Task<IResult> UnsubscribeAsync(Guid id, CurrentUser user, PushSubscriptions subscriptions, CancellationToken cancellationToken) =>
        await subscriptions.RemoveAsync(user.UserId, id, null, cancellationToken) ? Results.Ok(new { success = true }) : ChannelRefusals.NotFound("Subscription not found");

    /// <summary>A browser knows its endpoint, not our id: <c>DELETE …?endpoint=</c>.</summary>
    public static async Task<IResult> UnsubscribeEndpointAsync(string endpoint, CurrentUser user, PushSubscriptions subscriptions, CancellationToken cancellationToken) =>
        await subscriptions.RemoveAsync(user.UserId, null, endpoint, cancellationToken) ? Results.Ok(new { success = true }) : ChannelRefusals.NotFound("Subscription not found");

    /// <summary>Tells every browser and webhook of the caller at once, without retries: whether it works is the answer.</summary>
    public static async Task<IResult> TestAsync(CurrentUser user, INotificationChannels channels, IIdSource ids, CancellationToken cancellationToken)
    {
        var results = new List<TestResult>();
        foreach (var target in await channels.TargetsAsync([user.UserId], cancellationToken))
        {
            var key = ids.NewId();
            var message = new ChannelMessage(
                target.Channel, target.Id, user.UserId, "mana", key, "Mana", "Test", """{"v":1,"type":"test","title":"Mana","body":"Test","tag":"mana-test","url":"/"}""", TimeSpan.FromMinutes(1));
            results.Add(await channels.SendAsync(message, cancellationToken) switch
            {
                ChannelResult.Sent => new TestResult(target.Channel, target.Id, "sent", null),
                ChannelResult.Later later => new TestResult(target.Channel, target.Id, "failed", later.Code),
                ChannelResult.Dead dead => new TestResult(target.Channel, target.Id, "failed", dead.Code),
                _ => throw new InvalidOperationException(),
            });
        }

        return Results.Ok(new { results });
    }

    static SubscriptionBody Body(PushSubscription row) => new(row.Id, row.Endpoint, row.Ua, row.CreatedAt, row.LastOkAt, row.Failures, row.ExpiresAt);
}

/// <summary><c>PushSubscription.toJSON()</c>.</summary>
/// <param name="ExpirationTime">Milliseconds since 1970, as <c>PushSubscription.expirationTime</c> is.</param>
internal sealed record SubscriptionRequest(string? Endpoint, SubscriptionKeys? Keys, string? Ua, double? ExpirationTime);

internal sealed record SubscriptionKeys(string? P256dh, string? Auth);

internal sealed record SubscriptionBody(Guid Id, string Endpoint, string? Ua, DateTimeOffset CreatedAt, DateTimeOffset? LastOkAt, int Failures, DateTimeOffset? ExpiresAt);

internal sealed record PublicKeyBody(string PublicKey);

internal sealed record TestResult(string Channel, Guid Target, string Result, string? Error);
