namespace Mana.Auth.Data;

/// <summary>A key pair that signs tokens (auth.md 4.3, item 9; 7.4).</summary>
internal sealed class SigningKey
{
    /// <summary>RFC 7638 thumbprint of the public key; never reused.</summary>
    public required string Kid { get; init; }

    public required string Alg { get; init; }

    public required string Use { get; init; }

    /// <summary>The public JWK, as it is published.</summary>
    public required string PublicJwk { get; init; }

    /// <summary>Sealed by <see cref="Keys.KeyEncryption"/>; empty once the key signs no more.</summary>
    public required byte[] PrivateKeyEncrypted { get; set; }

    /// <summary>Which key-encryption key sealed it.</summary>
    public required int KeyVersion { get; init; }

    public required SigningKeyState State { get; set; }

    /// <summary>A staged key does not sign before this.</summary>
    public required DateTimeOffset NotBefore { get; init; }

    public DateTimeOffset? ActivatedAt { get; set; }

    /// <summary>When a retiring key is withdrawn.</summary>
    public DateTimeOffset? RetireAt { get; set; }

    public DateTimeOffset? RemovedAt { get; set; }
}

/// <summary>Staged: published, not yet signing. Active: signs. Retiring: still published, its tokens run out. Retired: withdrawn.</summary>
internal enum SigningKeyState
{
    Staged,
    Active,
    Retiring,
    Retired,
}
