using System.Buffers.Text;
using System.Text.Json.Serialization;
using Mana.Auth.Data;

namespace Mana.Auth.Passkeys;

// The names and shapes of WebAuthn Level 3, 5.1: PublicKeyCredentialCreationOptionsJSON and its siblings. No member is ever null, because
// browsers take null for a value.
internal sealed record RelyingPartyEntity(string Id, string Name);

internal sealed record UserEntity(string Id, string Name, string DisplayName);

internal sealed record CredentialParameter(string Type, int Alg);

internal sealed record CredentialDescriptor(string Id, string Type, IReadOnlyList<string> Transports)
{
    public static CredentialDescriptor Of(Passkey passkey) =>
        new(passkey.CredentialId, "public-key", passkey.Transports.Split(',', StringSplitOptions.RemoveEmptyEntries));
}

internal sealed record AuthenticatorSelection(string ResidentKey, bool RequireResidentKey, string UserVerification);

internal sealed record CreationOptions(
    RelyingPartyEntity Rp, UserEntity User, string Challenge, IReadOnlyList<CredentialParameter> PubKeyCredParams, int Timeout,
    IReadOnlyList<CredentialDescriptor> ExcludeCredentials, AuthenticatorSelection AuthenticatorSelection, string Attestation);

internal sealed record AssertionOptions(string Challenge, int Timeout, string RpId, IReadOnlyList<CredentialDescriptor> AllowCredentials, string UserVerification);

/// <summary>What the browser made of the options: RegistrationResponseJSON or AuthenticationResponseJSON.</summary>
internal sealed record CredentialJson(string? Id, string? RawId, string? Type, CredentialResponse? Response);

internal sealed record CredentialResponse(
    [property: JsonPropertyName("clientDataJSON")] string? ClientDataJson, string? AttestationObject, string? AuthenticatorData, string? Signature, string? UserHandle,
    IReadOnlyList<string>? Transports);

/// <summary>An answer to a challenge, as sign-in and step-up take it.</summary>
internal sealed record PasskeyAnswer(string? ChallengeId, CredentialJson? Credential)
{
    const int LongestCredentialId = 1023;

    /// <summary>The id of the credential; null when this is not even the form of an answer.</summary>
    public byte[]? CredentialId()
    {
        var id = Bytes(Credential?.Id);
        return Credential is { Type: "public-key", Response: not null } && !string.IsNullOrEmpty(ChallengeId) && id is { Length: > 0 and <= LongestCredentialId } ? id : null;
    }

    /// <summary>Base64url without padding, as browsers write it; null for anything else.</summary>
    public static byte[]? Bytes(string? text) => text is not null && !text.Contains('=', StringComparison.Ordinal) && Base64Url.IsValid(text) ? Base64Url.DecodeFromChars(text) : null;
}
