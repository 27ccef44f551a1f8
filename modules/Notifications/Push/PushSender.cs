using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Mana.Kernel.Ids;
using Mana.Notifications.Contracts;
using Mana.Notifications.Outbound;
using Npgsql;

namespace Mana.Notifications.Push;

/// <summary>One push to one browser (RFC 8030). A subscription that the push service does not know any more is removed.</summary>
internal sealed class PushSender(NpgsqlDataSource database, PushOptions options, Vapid vapid, GuardedHttp http, IIdSource ids, TimeProvider time)
{
    const int LongestPayload = 3000;
    const int SaltLength = 16;

    /// <summary>RFC 8030 5.4: a newer message of the same topic takes the place of one that still waits.</summary>
    const int LongestTopic = 32;

    const string Find = "SELECT endpoint, p256dh, auth, failures > 0 OR last_ok_at IS NULL OR last_ok_at < $2 FROM notify.push_subscriptions WHERE id = $1 AND (expires_at IS NULL OR expires_at > $3) AND user_id = $4";
    const string Gone = "DELETE FROM notify.push_subscriptions WHERE id = $1";
    const string Worked = "UPDATE notify.push_subscriptions SET last_ok_at = $2, failures = 0 WHERE id = $1";
    const string Failed = "UPDATE notify.push_subscriptions SET failures = failures + 1 WHERE id = $1";

    static readonly TimeSpan LongestLife = TimeSpan.FromDays(1);
    static readonly TimeSpan Noted = TimeSpan.FromHours(1);

    public async Task<ChannelResult> SendAsync(ChannelMessage message, CancellationToken cancellationToken)
    {
        if (!options.IsConfigured)
            return new ChannelResult.Dead("not_configured");
        if (message.Target is not { } id || await FindAsync(id, message.UserId, cancellationToken) is not { } receiver)
            return new ChannelResult.Dead("no_subscription");
        if (Encoding.UTF8.GetByteCount(message.Payload) > LongestPayload)
            return new ChannelResult.Dead("too_large");
        var result = await PostAsync(message, receiver, cancellationToken);
        await NoteAsync(id, receiver, result, cancellationToken);
        return result;
    }

    async Task<ChannelResult> PostAsync(ChannelMessage message, Receiver receiver, CancellationToken cancellationToken)
    {
        string authorization;
        try
        {
            authorization = vapid.Authorization(new Uri(receiver.Endpoint));
        }
        catch (CryptographicException)
        {
            // Our key, not the browser's: it is the operator's to mend, and no reason to forget anybody.
            return new ChannelResult.Later("vapid", null);
        }

        try
        {
            using var request = Request(message, receiver, authorization);
            using var answer = await http.SendAsync(request, cancellationToken);
            return Answers.Of(answer, time);
        }
        catch (Exception exception) when (Answers.IsFailure(exception, cancellationToken))
        {
            return Answers.Of(exception);
        }
        catch (CryptographicException)
        {
            return Point.IsValid(receiver.P256dh) ? new ChannelResult.Later("crypto", null) : new ChannelResult.Dead("bad_key");
        }
    }

    HttpRequestMessage Request(ChannelMessage message, Receiver receiver, string authorization)
    {
        var endpoint = new Uri(receiver.Endpoint);
        Span<byte> salt = stackalloc byte[SaltLength];
        ids.Fill(salt);
        using var sender = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        var content = new ByteArrayContent(WebPushEncryption.Encrypt(Encoding.UTF8.GetBytes(message.Payload), receiver.P256dh, receiver.Auth, sender, salt));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        content.Headers.ContentEncoding.Add("aes128gcm");
        var life = message.TimeToLive > LongestLife ? LongestLife : message.TimeToLive < TimeSpan.Zero ? TimeSpan.Zero : message.TimeToLive;
        return new HttpRequestMessage(HttpMethod.Post, endpoint)
        {
            Content = content,
            Headers =
            {
                { "Authorization", authorization },
                { "TTL", ((long)life.TotalSeconds).ToString(CultureInfo.InvariantCulture) },
                { "Urgency", "high" },
                { "Topic", message.Key.Length > LongestTopic ? message.Key[..LongestTopic] : message.Key },
            },
        };
    }

    async Task<Receiver?> FindAsync(Guid id, string userId, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var command = Command(Find, id, now - Noted, now, userId);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? new Receiver(row.GetString(0), row.GetFieldValue<byte[]>(1), row.GetFieldValue<byte[]>(2), row.GetBoolean(3))
            : null;
    }

    async Task NoteAsync(Guid id, Receiver receiver, ChannelResult result, CancellationToken cancellationToken)
    {
        await using var command = result switch
        {
            ChannelResult.Dead { Code: "404" or "410" or "bad_key" } => Command(Gone, id),
            ChannelResult.Sent when receiver.IsStale => Command(Worked, id, time.GetUtcNow()),
            ChannelResult.Sent or ChannelResult.Later { Code: "vapid" or "crypto" } => null,
            _ => Command(Failed, id),
        };
        if (command is not null)
            await command.ExecuteNonQueryAsync(cancellationToken);
    }

    NpgsqlCommand Command(string sql, params ReadOnlySpan<object> values)
    {
        var command = database.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        return command;
    }

    /// <summary>Where a push goes.</summary>
    /// <param name="IsStale">A success is worth a write.</param>
    sealed record Receiver(string Endpoint, byte[] P256dh, byte[] Auth, bool IsStale);
}
