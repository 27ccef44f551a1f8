using System.Text.Json;
using Mana.Auth.Data;
using Mana.Auth.Keys;
using Mana.Auth.Passwords;
using Mana.Auth.SecurityEvents;
using Mana.Kernel.Ids;
using Mana.Kernel.Outbox;

namespace Mana.Auth.Mails;

/// <summary>What somebody wants done for an address, whoever they are.</summary>
internal enum AddressRequestKind
{
    /// <summary>A link for a new password.</summary>
    Reset,

    /// <summary>The verification link once more.</summary>
    Verification,

    /// <summary>An account, although there is one.</summary>
    Registration,

    /// <summary>A link that signs in.</summary>
    MagicLink,

    /// <summary>Nobody wished for it: too many guesses locked the address out. Its owner hears of that.</summary>
    Lock,
}

/// <summary>
/// A wish for an address that may or may not have an account. The request only notes it down, the same for every address, and whether there is
/// an account is looked up after the answer: neither its text nor its time can tell. What is noted is sealed.
/// </summary>
internal sealed record AddressRequested(string RequestId, byte[] Sealed) : IManaEvent
{
    public static string Name => "auth.address_requested";
}

/// <summary>What is inside.</summary>
/// <param name="Target">Where the link leads afterwards.</param>
/// <param name="More">What else the link must remember; the end of a lock.</param>
internal sealed record AddressRequest(AddressRequestKind Kind, string Address, string Target, string Locale, ClientInfo Client, string? More = null);

/// <summary>Notes wishes down.</summary>
internal sealed class AddressRequests(AuthDbContext database, EventWriter events, SecretBox secrets, IIdSource ids)
{
    const string Purpose = "address requests";

    /// <summary>The caller saves.</summary>
    public void Add(AddressRequestKind kind, string address, string target, Visitor visitor, string? more = null)
    {
        var id = ids.NewId();
        var content = JsonSerializer.SerializeToUtf8Bytes(new AddressRequest(kind, address, target, visitor.Locale, visitor.Client, more), JsonSerializerOptions.Web);
        events.Add(database, new AddressRequested(id, secrets.Seal(Purpose, id, content)));
    }

    public AddressRequest Open(AddressRequested request) =>
        JsonSerializer.Deserialize<AddressRequest>(secrets.Open(Purpose, request.RequestId, request.Sealed), JsonSerializerOptions.Web)!;
}
