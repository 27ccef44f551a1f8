using System.Globalization;
using System.Net.Mime;
using System.Text;
using Mana.Notifications.Contracts;
using Mana.Notifications.Outbound;
using Npgsql;

namespace Mana.Notifications.Webhooks;

/// <summary>One signed POST to an endpoint of a person (compute.md 8.8). An endpoint that fails and fails is switched off.</summary>
internal sealed class WebhookSender(NpgsqlDataSource database, WebhookSecrets secrets, GuardedHttp http, TimeProvider time)
{
    /// <summary>In a row.</summary>
    public const int MostFailures = 20;

    const string Find = "SELECT url, failures FROM notify.webhook_endpoints WHERE id = $1 AND enabled AND user_id = $2";
    const string Worked = "UPDATE notify.webhook_endpoints SET failures = 0 WHERE id = $1";

    const string Failed = """
        UPDATE notify.webhook_endpoints SET failures = failures + 1, enabled = failures + 1 < $2, disabled_at = CASE WHEN failures + 1 >= $2 THEN $3 END WHERE id = $1 AND enabled
        """;

    public async Task<ChannelResult> SendAsync(ChannelMessage message, CancellationToken cancellationToken)
    {
        if (message.Target is not { } id || await FindAsync(id, message.UserId, cancellationToken) is not var (url, failures))
            return new ChannelResult.Dead("no_endpoint");
        var result = await PostAsync(id, url, message, cancellationToken);
        if (result is not ChannelResult.Sent)
            await ExecuteAsync(Failed, cancellationToken, id, MostFailures, time.GetUtcNow());
        else if (failures > 0)
            await ExecuteAsync(Worked, cancellationToken, id);
        return result;
    }

    async Task<ChannelResult> PostAsync(Guid id, string url, ChannelMessage message, CancellationToken cancellationToken)
    {
        var timestamp = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        using var request = new HttpRequestMessage(HttpMethod.Post, url)
        {
            Content = new StringContent(message.Payload, Encoding.UTF8, MediaTypeNames.Application.Json),
            Headers =
            {
                { "webhook-id", message.Key },
                { "webhook-timestamp", timestamp },
                { "webhook-signature", secrets.Sign(id, message.Key, timestamp, message.Payload) },
                { "Idempotency-Key", message.Key },
            },
        };
        try
        {
            using var answer = await http.SendAsync(request, cancellationToken);
            return Answers.Of(answer, time);
        }
        catch (Exception exception) when (Answers.IsFailure(exception, cancellationToken))
        {
            return Answers.Of(exception);
        }
    }

    async Task<(string Url, int Failures)?> FindAsync(Guid id, string userId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Find);
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = userId });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? (row.GetString(0), row.GetInt32(1)) : null;
    }

    async Task ExecuteAsync(string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = database.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
