using System.Globalization;
using Mana.Kernel.Stopping;
using Mana.Payments.Contracts;
using Mana.Sync.Contracts;
using Npgsql;

namespace Mana.Host.Health;

/// <summary>
/// <c>/health</c> keeps the keys of all former services and is always 200 while the process answers; <c>/health/ready</c> tells a load
/// balancer whether to send requests here (sync.md 11, auth.md 3.6). Events of Stripe that wait for too long are told there as <c>degraded</c>, still
/// with 200 (commerce.md 1.8): no other host would handle them sooner, and one that gets no requests gets no webhooks either.
/// </summary>
internal static class HealthEndpoints
{
    static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(2);

    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        // Made now, so that the first scrape finds its figures.
        app.ServiceProvider.GetRequiredService<BackupStatus>();
        var health = app.MapGroup("/health").WithTags("operations").DisableHttpMetrics();
        health.MapGet("", OverviewAsync).WithSummary("Liveness with counts");
        health.MapGet("/live", () => Results.Ok(new { status = "ok" })).WithSummary("The process answers");
        health.MapGet("/ready", ReadyAsync).WithSummary("The process can serve: 503 while its database is away or it is stopping");
    }

    static async Task<IResult> OverviewAsync(NpgsqlDataSource database, ILivePresence live, TimeProvider time, CancellationToken cancellationToken) => Results.Ok(new
    {
        status = "ok",
        service = "mana-platform",
        timestamp = time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        connections = live.Sockets,
        users = live.Users,
        sse = live.Streams,
        database = await AnswersAsync(database, cancellationToken) ? "up" : "down",
    });

    static async Task<IResult> ReadyAsync(NpgsqlDataSource database, IStripeInboxLag inbox, IReplicaStatus replicas, IHostApplicationLifetime lifetime, CancellationToken cancellationToken)
    {
        var stopping = lifetime.ApplicationStopping.IsCancellationRequested;
        var lag = stopping ? null : await LagAsync(inbox, cancellationToken);
        var up = !stopping && await AnswersAsync(database, cancellationToken);
        var late = lag > IStripeInboxLag.Most;
        return Results.Json(new
        {
            status = !up ? "unavailable" : late ? "degraded" : "ready",
            database = up ? "up" : "down",
            stripeInbox = lag is null ? "off" : late ? "late" : "up",
            stripeInboxLagSeconds = (long?)lag?.TotalSeconds,
            // Never a reason to send nobody here: what they cannot serve the primary does.
            readReplicas = replicas.Configured == 0 ? "off" : replicas.Used == replicas.Configured ? "up" : replicas.Used == 0 ? "unused" : "partly",
            stopping,
        }, statusCode: up ? 200 : 503);
    }

    /// <summary>Null also while the database is away, which is told by itself.</summary>
    static async Task<TimeSpan?> LagAsync(IStripeInboxLag inbox, CancellationToken cancellationToken)
    {
        using var patience = new Patience(LongestAnswer, outer: cancellationToken);
        try
        {
            return await inbox.OfOldestAsync(patience.Token);
        }
        catch (Exception exception) when (exception is NpgsqlException or OperationCanceledException or TimeoutException)
        {
            return null;
        }
    }

    static async Task<bool> AnswersAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        using var patience = new Patience(LongestAnswer, outer: cancellationToken);
        try
        {
            await using var command = database.CreateCommand("SELECT 1");
            await command.ExecuteScalarAsync(patience.Token);
            return true;
        }
        catch (Exception exception) when (exception is NpgsqlException or OperationCanceledException or TimeoutException)
        {
            return false;
        }
    }
}
