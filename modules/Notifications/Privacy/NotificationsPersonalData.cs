using System.Text.Json;
using Mana.Kernel.Privacy;
using Mana.Notifications.Contracts;
using Mana.Notifications.Queue;
using Npgsql;

namespace Mana.Notifications.Privacy;

/// <summary>Which mails a person got: told without their values, which hold tokens, and taken away with everything that names the person's addresses.</summary>
internal sealed class NotificationsPersonalData(NpgsqlDataSource database, INotificationChannels channels) : IPersonalData
{
    const string Mails = "SELECT template, locale, recipient, state, attempts, created_at, sent_at FROM notify.deliveries WHERE user_id = $1 ORDER BY created_at, id";

    /// <summary>
    /// What was sent to the person's addresses before there was an account goes as well. The farewell stays until the log ends: it is sent after
    /// the erasure, which may be repeated.
    /// </summary>
    const string Erase = $"""
        WITH own AS (SELECT DISTINCT recipient FROM notify.deliveries WHERE user_id = $1),
          gone AS (DELETE FROM notify.deliveries
            WHERE user_id = $1 OR (user_id IS NULL AND template <> '{MailTemplates.AccountDeleted}' AND recipient IN (SELECT recipient FROM own)))
        SELECT recipient FROM own
        """;

    const string Named = """
        SELECT (SELECT count(*) FROM notify.deliveries WHERE user_id = $1) + (SELECT count(*) FROM notify.push_subscriptions WHERE user_id = $1)
             + (SELECT count(*) FROM notify.webhook_endpoints WHERE user_id = $1)
        """;

    const string Channels = """
        SELECT 'push', endpoint, ua, created_at, last_ok_at FROM notify.push_subscriptions WHERE user_id = $1
        UNION ALL SELECT 'webhook', url, NULL, created_at, NULL FROM notify.webhook_endpoints WHERE user_id = $1 ORDER BY 4
        """;

    public string Module => "notifications";

    public async Task ExportAsync(string userId, Stream output, CancellationToken cancellationToken)
    {
        await using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteStartArray("mails");
        await using var command = database.CreateCommand(Mails);
        command.Parameters.Add(new() { Value = userId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            json.WriteStartObject();
            json.WriteString("template", reader.GetString(0));
            json.WriteString("locale", reader.GetString(1));
            json.WriteString("recipient", reader.GetString(2));
            json.WriteString("state", reader.GetString(3));
            json.WriteNumber("attempts", reader.GetInt32(4));
            json.WriteString("createdAt", reader.GetFieldValue<DateTimeOffset>(5));
            if (!reader.IsDBNull(6))
                json.WriteString("sentAt", reader.GetFieldValue<DateTimeOffset>(6));
            json.WriteEndObject();
            await json.FlushAsync(cancellationToken);
        }

        json.WriteEndArray();
        await reader.DisposeAsync();
        await WriteChannelsAsync(json, userId, cancellationToken);
        json.WriteEndObject();
    }

    async Task WriteChannelsAsync(Utf8JsonWriter json, string userId, CancellationToken cancellationToken)
    {
        json.WriteStartArray("channels");
        await using var command = database.CreateCommand(Channels);
        command.Parameters.Add(new() { Value = userId });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            json.WriteStartObject();
            json.WriteString("channel", row.GetString(0));
            json.WriteString("address", row.GetString(1));
            if (!row.IsDBNull(2))
                json.WriteString("userAgent", row.GetString(2));
            json.WriteString("createdAt", row.GetFieldValue<DateTimeOffset>(3));
            if (!row.IsDBNull(4))
                json.WriteString("lastOkAt", row.GetFieldValue<DateTimeOffset>(4));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public async Task EraseAsync(string userId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var addresses = new List<byte[]>();
        await using (var erase = new NpgsqlCommand(Erase, connection) { Parameters = { new() { Value = userId } } })
        await using (var reader = await erase.ExecuteReaderAsync(cancellationToken))
            while (await reader.ReadAsync(cancellationToken))
                addresses.Add(MailAddressRule.Hash(reader.GetString(0)));
        await using var lift = new NpgsqlCommand("DELETE FROM notify.suppressions WHERE address_hash = ANY($1)", connection);
        lift.Parameters.Add(new() { Value = addresses.ToArray() });
        await lift.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        await channels.ForgetAsync(userId, cancellationToken);
    }

    /// <summary>The farewell names no account, so it is not among them.</summary>
    public async Task<long> CountAsync(string userId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Named);
        command.Parameters.Add(new() { Value = userId });
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
