using System.Globalization;
using System.Text.Json;
using Mana.Auth.Accounts;
using Mana.Auth.Data;
using Mana.Auth.Keys;
using Mana.Kernel.Ids;
using Mana.Kernel.Outbox;

namespace Mana.Auth.Mails;

/// <summary>Owes somebody a mail, in the caller's transaction (auth.md 23).</summary>
internal sealed class AccountMails(AuthDbContext database, EventWriter events, SecretBox secrets, IIdSource ids)
{
    public const string Purpose = "mails";

    /// <summary>To the address of the account.</summary>
    public void Add(User user, string template, string locale, DateTimeOffset? expiresAt, params IEnumerable<(string Name, string Value)> values) =>
        AddTo(user.Email!, user, template, locale, expiresAt, values);

    /// <summary>To another address of its owner, or to one without an account. Every template of an account is given the name.</summary>
    public void AddTo(
        string recipient, User? user, string template, string locale, DateTimeOffset? expiresAt, params IEnumerable<(string Name, string Value)> values)
    {
        var name = string.IsNullOrWhiteSpace(user?.Name) ? EmailAddress.LocalPart(user?.Email ?? recipient) : user.Name;
        var all = values.Append(("name", name)).ToDictionary(value => value.Item1, value => value.Item2);
        var id = ids.NewId();
        var content = JsonSerializer.SerializeToUtf8Bytes(new MailContent(template, recipient, locale, user?.Id, all, expiresAt), JsonSerializerOptions.Web);
        events.Add(database, new MailRequested(id, secrets.Seal(Purpose, id, content)));
    }

    public static string Instant(DateTimeOffset at) => at.ToString("O", CultureInfo.InvariantCulture);
}
