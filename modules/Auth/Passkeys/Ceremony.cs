using System.Buffers.Text;
using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Mana.Auth.Data;

namespace Mana.Auth.Passkeys;

/// <summary>
/// The checks of WebAuthn 7.1 and 7.2, in their order, each with a name for log and metrics. Nothing here asks the database, and nothing here
/// is told to the client but that it failed.
/// </summary>
internal sealed class Ceremony(RelyingParty party)
{
    /// <summary>Null when the credential may be stored; else the name of the check that it failed.</summary>
    public string? CheckRegistration(CredentialJson given, byte[] challenge, out AuthenticatorData? data)
    {
        data = null;
        var response = given.Response!;
        if (CheckClientData(response.ClientDataJson, "webauthn.create", challenge, out _) is { } problem)
            return problem;
        data = AuthenticatorDataOf(PasskeyAnswer.Bytes(response.AttestationObject)) is { } bytes ? AuthenticatorData.Read(bytes) : null;
        if (data?.Credential is not { } credential)
            return "malformed";
        if (CheckFlags(data) is { } flag)
            return flag;
        if (!credential.Id.AsSpan().SequenceEqual(PasskeyAnswer.Bytes(given.Id)))
            return "credential_id";
        return CoseKey.Read(credential.PublicKey) is null ? "algorithm" : null;
    }

    /// <summary>Null when the authenticator that holds <paramref name="passkey"/> has answered. Its counter is the caller's to judge.</summary>
    public string? CheckAssertion(CredentialJson given, byte[] challenge, Passkey passkey, out AuthenticatorData? data)
    {
        data = null;
        var response = given.Response!;
        if (CheckClientData(response.ClientDataJson, "webauthn.get", challenge, out var clientData) is { } problem)
            return problem;
        if (PasskeyAnswer.Bytes(response.AuthenticatorData) is not { } signed || PasskeyAnswer.Bytes(response.Signature) is not { } signature || (data = AuthenticatorData.Read(signed)) is null)
            return "malformed";
        // Passkeys of the original have no handle that we could know.
        if (passkey.UserHandle is not null && !string.IsNullOrEmpty(response.UserHandle) && !passkey.UserHandle.AsSpan().SequenceEqual(PasskeyAnswer.Bytes(response.UserHandle)))
            return "user_handle";
        if (CheckFlags(data) is { } flag)
            return flag;
        return CoseKey.Read(passkey.PublicKey) is { } key && key.Verify([.. signed, .. SHA256.HashData(clientData!)], signature) ? null : "signature";
    }

    string? CheckFlags(AuthenticatorData data)
    {
        if (!CryptographicOperations.FixedTimeEquals(data.RpIdHash, party.IdHash()))
            return "rp_id";
        if (!data.UserPresent)
            return "user_presence";
        if (!data.UserVerified)
            return "user_verification";
        return data is { BackedUp: true, BackupEligible: false } ? "backup_flags" : null;
    }

    string? CheckClientData(string? encoded, string type, byte[] challenge, out byte[]? bytes)
    {
        bytes = PasskeyAnswer.Bytes(encoded);
        if (bytes is null)
            return "malformed";
        try
        {
            using var json = JsonDocument.Parse(bytes);
            if (json.RootElement.ValueKind != JsonValueKind.Object)
                return "malformed";
            if (Text(json, "type") != type)
                return "type";
            if (Text(json, "challenge") is not { } answered || !CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Base64Url.EncodeToString(challenge)), Encoding.UTF8.GetBytes(answered)))
                return "challenge";
            if (!party.IsOrigin(Text(json, "origin")))
                return "origin";
            // A page of ours inside a foreign one: its visitor does not see where they are.
            return json.RootElement.TryGetProperty("crossOrigin", out var cross) && cross.ValueKind == JsonValueKind.True ? "cross_origin" : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return "malformed";
        }
    }

    static string? Text(JsonDocument json, string name) =>
        json.RootElement.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String ? member.GetString() : null;

    /// <summary>Which authenticator it was is not our concern: we ask for no attestation and believe none, of whatever format.</summary>
    static byte[]? AuthenticatorDataOf(byte[]? attestation)
    {
        if (attestation is null)
            return null;
        try
        {
            var reader = new CborReader(attestation, CborConformanceMode.Strict);
            byte[]? data = null;
            reader.ReadStartMap();
            while (reader.PeekState() != CborReaderState.EndMap)
                if (reader.ReadTextString() == "authData")
                    data = reader.ReadByteString();
                else
                    reader.SkipValue();
            reader.ReadEndMap();
            return reader.BytesRemaining == 0 ? data : null;
        }
        catch (Exception exception) when (exception is CborContentException or InvalidOperationException)
        {
            return null;
        }
    }
}
