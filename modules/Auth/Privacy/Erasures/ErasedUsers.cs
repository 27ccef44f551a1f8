using Mana.Auth.Contracts;
using Mana.Auth.SecurityEvents;
using Npgsql;

namespace Mana.Auth.Privacy.Erasures;

internal sealed class ErasedUsers(NpgsqlDataSource database, SecurityChain chain) : IErasedUsers
{
    public async ValueTask<bool> IsErasedAsync(string userId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT EXISTS (SELECT FROM auth.erasures WHERE subject = $1)");
        command.Parameters.Add(new() { Value = chain.SubjectOf(userId) });
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }
}
