namespace Mana.Auth.Contracts;

/// <summary>For the operator, when a private signing key may be in foreign hands. The ordinary rotation is a job and needs nobody.</summary>
public interface ISigningKeyReplacement
{
    /// <summary>
    /// Makes a new key that signs at once and withdraws every other. All access tokens are void: on this host now, on others within a minute,
    /// at services that cache the published set when they fetch it again. Refresh tokens and cookies stay good, so clients recover by themselves.
    /// </summary>
    /// <returns>The id of the new key.</returns>
    Task<string> ReplaceNowAsync(CancellationToken cancellationToken);
}
