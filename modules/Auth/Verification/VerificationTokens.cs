using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Mana.Auth.Data;
using Mana.Kernel.Ids;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.Verification;

/// <summary>What a token that came back is worth.</summary>
internal abstract record MailedToken
{
    public sealed record Good(VerificationToken Token) : MailedToken;

    /// <summary>It was good once and was not used in time.</summary>
    public sealed record Expired : MailedToken;

    /// <summary>Never made, used already, or voided by a newer one.</summary>
    public sealed record Invalid : MailedToken;
}

/// <summary>Makes and takes the tokens of mails. Both inside the caller's transaction, together with what the token stands for.</summary>
internal sealed class VerificationTokens(AuthDbContext database, IIdSource ids, TimeProvider time)
{
    const int Length = 32;
    const int TextLength = 43;

    /// <summary>Voids the earlier one of the same purpose and subject, and returns the text, which exists nowhere else.</summary>
    /// <param name="target">Where the browser goes after its use.</param>
    /// <param name="id">Given when the same request may come twice.</param>
    /// <param name="data">A JSON object with more than the target, which it holds too.</param>
    public async Task<string> IssueAsync(
        VerificationPurpose purpose, string subject, string? userId, string address, string target, TimeSpan lifetime, string? id, CancellationToken cancellationToken,
        string? data = null)
    {
        await database.Database.ExecuteSqlAsync(
            $"SELECT pg_advisory_xact_lock(hashtextextended('auth.verification_tokens:' || {purpose.ToString()} || ':' || {subject}, 0))", cancellationToken);
        await database.VerificationTokens.Where(token => token.Purpose == purpose && token.Subject == subject && token.ConsumedAt == null).ExecuteDeleteAsync(cancellationToken);
        var text = NewText();
        var now = time.GetUtcNow();
        database.VerificationTokens.Add(new VerificationToken
        {
            Id = id ?? ids.NewId(),
            Purpose = purpose,
            Subject = subject,
            UserId = userId,
            Address = address,
            TokenHash = Hash(text)!,
            Data = data ?? JsonSerializer.Serialize(new { target }),
            CreatedAt = now,
            ExpiresAt = now + lifetime,
        });
        return text;
    }

    /// <summary>Looks without using it up.</summary>
    public async Task<MailedToken> LookAsync(string? text, CancellationToken cancellationToken, params VerificationPurpose[] purposes)
    {
        var token = Hash(text) is { } hash
            ? await database.VerificationTokens.AsNoTracking().SingleOrDefaultAsync(row => row.TokenHash == hash && purposes.Contains(row.Purpose), cancellationToken)
            : null;
        if (token is not { ConsumedAt: null })
            return new MailedToken.Invalid();
        return token.ExpiresAt > time.GetUtcNow() ? new MailedToken.Good(token) : new MailedToken.Expired();
    }

    /// <summary>Whether it was good once and has done what it was for.</summary>
    public async Task<bool> WasUsedAsync(string? text, VerificationPurpose purpose, CancellationToken cancellationToken) =>
        Hash(text) is { } hash && await database.VerificationTokens.AnyAsync(row => row.TokenHash == hash && row.Purpose == purpose && row.ConsumedAt != null, cancellationToken);

    /// <summary>False when somebody else was faster, or time has run out meanwhile.</summary>
    public async Task<bool> ConsumeAsync(VerificationToken token, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return await database.VerificationTokens.Where(row => row.Id == token.Id && row.ConsumedAt == null && row.ExpiresAt > now)
            .ExecuteUpdateAsync(row => row.SetProperty(it => it.ConsumedAt, now), cancellationToken) == 1;
    }

    public async Task VoidAsync(string userId, CancellationToken cancellationToken, params VerificationPurpose[] purposes) =>
        await database.VerificationTokens.Where(token => token.UserId == userId && purposes.Contains(token.Purpose) && token.ConsumedAt == null).ExecuteDeleteAsync(cancellationToken);

    /// <summary>For whoever must know later which language the wish was made in.</summary>
    public static string DataOf(string target, string locale) => JsonSerializer.Serialize(new { target, locale });

    /// <summary>German when the token is too old to know.</summary>
    public static string LocaleOf(VerificationToken token) => JsonDocument.Parse(token.Data).RootElement.TryGetProperty("locale", out var locale) ? locale.GetString()! : "de";

    public static string TargetOf(VerificationToken token) => JsonDocument.Parse(token.Data).RootElement.GetProperty("target").GetString()!;

    string NewText()
    {
        Span<byte> secret = stackalloc byte[Length];
        ids.Fill(secret);
        return Base64Url.EncodeToString(secret);
    }

    static byte[]? Hash(string? text) => text is { Length: TextLength } && Base64Url.IsValid(text) ? SHA256.HashData(Encoding.ASCII.GetBytes(text)) : null;
}
