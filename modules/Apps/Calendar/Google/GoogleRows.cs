namespace Mana.Apps.Calendar.Google;

/// <summary>A Google account that a person connected. Tokens are sealed with the row's id.</summary>
internal sealed class GoogleAccount
{
    public required Guid Id { get; init; }

    public required string UserId { get; init; }

    /// <summary>Address of the Google account.</summary>
    public required string Email { get; init; }

    public required byte[] RefreshToken { get; set; }

    public required byte[] AccessToken { get; set; }

    public required DateTimeOffset AccessExpiresAt { get; set; }

    /// <summary><c>connected</c> or <c>reauth_required</c>: then nothing is asked until the person connects again.</summary>
    public required string State { get; set; }

    public required string Scopes { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }
}

/// <summary>A request for consent that is under way. Deleted by the callback that uses it.</summary>
internal sealed class GoogleConsent
{
    public required byte[] StateHash { get; init; }

    public required string UserId { get; init; }

    /// <summary>Of the cookie that the browser got: a state that leaks is no use elsewhere.</summary>
    public required byte[] NonceHash { get; init; }

    /// <summary>PKCE verifier, sealed.</summary>
    public required byte[] Verifier { get; init; }

    public required string ReturnTo { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }
}
