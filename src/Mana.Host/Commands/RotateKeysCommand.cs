using Mana.Auth.Contracts;

namespace Mana.Host.Commands;

/// <summary>Replaces the signing keys at once, without opening a port. Running hosts follow within a minute.</summary>
internal static class RotateKeysCommand
{
    public static async Task<int> RunAsync(IServiceProvider services)
    {
        await using var scope = services.CreateAsyncScope();
        var kid = await scope.ServiceProvider.GetRequiredService<ISigningKeyReplacement>().ReplaceNowAsync(CancellationToken.None);
        await Console.Out.WriteLineAsync($"Signing key {kid} signs; all others are withdrawn, and every access token is void.");
        return 0;
    }
}
