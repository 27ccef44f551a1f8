using Mana.Notifications.Queue;
using Mana.Notifications.Templates;
using Npgsql;

namespace Mana.Notifications.Development;

/// <summary>A mail as a developer or a test sees it.</summary>
/// <param name="Subject">Null, like the parts, when its values are gone.</param>
internal sealed record DevMail(
    Guid Id, string Key, string Template, string Locale, string Recipient, string? UserId, string State, int Attempts, string? LastError, DateTimeOffset CreatedAt,
    DateTimeOffset? SentAt, IReadOnlyDictionary<string, string>? Values, string? Subject, string? Text, string? Html);

/// <summary>Mails, the newest first.</summary>
internal sealed record DevMailList(IReadOnlyList<DevMail> Mails);

/// <summary>The mails of the queue and the log, written as they are sent: what the page shows is what people get.</summary>
internal sealed class DevMailbox(NpgsqlDataSource database)
{
    const int Most = 50;

    static readonly string Latest = $"""
        SELECT id, key, template, locale, recipient, user_id, state, attempts, last_error, created_at, sent_at, deliveries.values::text FROM notify.deliveries
        WHERE $1 = '' OR recipient = lower($1) ORDER BY created_at DESC, id DESC LIMIT {Most}
        """;

    public async Task<DevMailList> LatestAsync(string? recipient, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Latest);
        command.Parameters.Add(new() { Value = recipient ?? "" });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var mails = new List<DevMail>();
        while (await reader.ReadAsync(cancellationToken))
            mails.Add(Read(reader));
        return new DevMailList(mails);
    }

    static DevMail Read(NpgsqlDataReader row)
    {
        var (template, locale) = (row.GetString(2), row.GetString(3));
        var values = row.IsDBNull(11) ? null : DeliveryStore.ReadValues(row.GetString(11));
        var rendered = values is null ? null : MailRenderer.Render(template, locale, values);
        return new DevMail(
            row.GetGuid(0), row.GetString(1), template, locale, row.GetString(4), row.IsDBNull(5) ? null : row.GetString(5), row.GetString(6), row.GetInt32(7),
            row.IsDBNull(8) ? null : row.GetString(8), row.GetFieldValue<DateTimeOffset>(9), row.IsDBNull(10) ? null : row.GetFieldValue<DateTimeOffset>(10),
            values, rendered?.Subject, rendered?.Text, rendered?.Html);
    }
}
