namespace Mana.Auth.Keys;

/// <summary>A key that signs in one way of RFC 7518 or 8037, or its public half. Safe to use from any thread.</summary>
internal interface ISignatureKey
{
    /// <summary>JOSE's name, e.g. <c>RS256</c>.</summary>
    string Algorithm { get; }

    byte[] Sign(ReadOnlySpan<byte> data);

    bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature);
}
