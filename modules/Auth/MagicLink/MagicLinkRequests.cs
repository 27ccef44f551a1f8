using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Mana.Auth.Accounts;
using Mana.Auth.Data;
using Mana.Auth.Mails;
using Mana.Auth.Origins;
using Mana.Auth.Passwords;
using Mana.Auth.Verification;
using Mana.Notifications.Contracts;

namespace Mana.Auth.MagicLink;

/// <summary>As it was wished for; the addresses are checked already.</summary>
internal sealed record MagicLinkWish(string? Email, string? Name, string? Target, string? NewUserTarget, string? ErrorTarget);

/// <summary>What a link remembers of the wish for it.</summary>
/// <param name="Nonce">SHA-256 of the cookie of the browser that asked, in hex.</param>
/// <param name="Device">User agent that asked, and <paramref name="Address"/> its network, to be shown to whoever opens the link elsewhere.</param>
internal sealed record MagicLinkData(string Target, string? Name, string? NewUserTarget, string? ErrorTarget, string Nonce, string? Device, string? Address)
{
    public static MagicLinkData Of(VerificationToken token) => JsonSerializer.Deserialize<MagicLinkData>(token.Data, JsonSerializerOptions.Web)!;

    public static string Digest(string? nonce) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(nonce ?? "")));
}

/// <summary>
/// Links that sign in (auth.md 12). A request is noted down and answered; whether there is an account is looked up afterwards, so neither the
/// answer nor its time tells.
/// </summary>
internal sealed class MagicLinkRequests(
    AuthDbContext database, AddressRequests requests, VerificationTokens tokens, AccountMails mails, MailBudget budget, TrustedPages pages, TrustedOrigins origins,
    MagicLinkOptions options, TimeProvider time)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);
    const int MostPerHour = 3;
    static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <summary>For any address, with one answer.</summary>
    /// <param name="nonce">Of the cookie that the browser gets with the answer.</param>
    public async Task RequestAsync(MagicLinkWish wish, string nonce, Visitor visitor, CancellationToken cancellationToken)
    {
        if (EmailAddress.Normalize(wish.Email) is not { } address)
            return;
        var target = origins.Target(wish.Target) ?? origins.DefaultApp;
        var name = StoredText.Shortened(wish.Name?.Trim(), Registration.LongestName);
        var data = new MagicLinkData(
            target, name, origins.Target(wish.NewUserTarget), origins.Target(wish.ErrorTarget), MagicLinkData.Digest(nonce), visitor.Client.UserAgent, visitor.Network);
        requests.Add(AddressRequestKind.MagicLink, address, target, visitor, JsonSerializer.Serialize(data, JsonSerializerOptions.Web));
        await database.SaveChangesAsync(cancellationToken);
    }

    /// <summary>After the answer, inside the handler's transaction. False: nothing is sent.</summary>
    public async Task<bool> OweAsync(User? user, AddressRequest request, string id, CancellationToken cancellationToken)
    {
        if (user is null && !options.AllowSignup || !await budget.SpendAsync(MailTemplates.MagicLink, request.Address, MostPerHour, Hour, cancellationToken))
            return false;
        var subject = user?.Id ?? request.Address;
        var text = await tokens.IssueAsync(VerificationPurpose.MagicLink, subject, user?.Id, request.Address, request.Target, Lifetime, id, cancellationToken, request.More);
        mails.AddNameless(request.Address, user?.Id, MailTemplates.MagicLink, request.Locale, time.GetUtcNow() + Lifetime, ("signInLink", pages.MagicLink(text, request.Target)));
        return true;
    }
}
