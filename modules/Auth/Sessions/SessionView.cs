using System.Text.Json.Serialization;
using Mana.Auth.Accounts;
using Mana.Auth.Data;

namespace Mana.Auth.Sessions;

/// <summary>A session as clients see it (auth.md 6.3). <c>token</c> is the id: no secret is ever sent back.</summary>
internal sealed record SessionView(
    string Id,
    string UserId,
    string Token,
    [property: JsonConverter(typeof(InstantConverter))] DateTimeOffset ExpiresAt,
    [property: JsonConverter(typeof(InstantConverter))] DateTimeOffset CreatedAt,
    [property: JsonConverter(typeof(InstantConverter))] DateTimeOffset UpdatedAt,
    string? IpAddress,
    string? UserAgent,
    string? ActiveOrganizationId)
{
    public static SessionView Of(Session session) => new(
        session.Id, session.UserId, session.Id, session.ExpiresAt, session.CreatedAt, session.UpdatedAt, session.IpAddress, session.UserAgent,
        session.ActiveOrganizationId);
}

internal sealed record SessionResponse(SessionView Session, AccountView User)
{
    public static SessionResponse Of(LiveSession live) => new(SessionView.Of(live.Session), AccountView.Of(live.User));
}

/// <summary>One of the devices that somebody is signed in on. Both lists of sessions answer with it, <c>token</c> being the id again.</summary>
internal sealed record SessionEntry(
    string Id,
    string UserId,
    string Token,
    string? IpAddress,
    string? UserAgent,
    string? DeviceId,
    string? DeviceName,
    [property: JsonConverter(typeof(InstantConverter))] DateTimeOffset LastActivityAt,
    [property: JsonConverter(typeof(InstantConverter))] DateTimeOffset CreatedAt,
    [property: JsonConverter(typeof(InstantConverter))] DateTimeOffset UpdatedAt,
    [property: JsonConverter(typeof(InstantConverter))] DateTimeOffset ExpiresAt,
    bool Current)
{
    public static SessionEntry Of(Session session, string? currentId) => new(
        session.Id, session.UserId, session.Id, session.IpAddress, session.UserAgent, session.DeviceId, session.DeviceName, session.LastActivityAt,
        session.CreatedAt, session.UpdatedAt, session.ExpiresAt, session.Id == currentId);
}
