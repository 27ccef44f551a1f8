using Mana.Auth.Contracts;
using Npgsql;

namespace Mana.Auth.Spaces;

/// <summary>Asked on the hot paths of other modules: one indexed query each, nothing tracked, nothing cached here.</summary>
internal sealed class SpaceDirectory(NpgsqlDataSource database) : ISpaceDirectory
{
    public async ValueTask<IReadOnlyList<SpaceMembership>> MembershipsOfAsync(string userId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("""
            SELECT space.id, space.type = 'personal', member.role, member.created_at
            FROM auth.members member JOIN auth.organizations space ON space.id = member.organization_id
            WHERE member.user_id = $1 AND space.deleted_at IS NULL
            """);
        command.Parameters.Add(new() { Value = userId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var memberships = new List<SpaceMembership>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var role = reader.GetString(2);
            memberships.Add(new SpaceMembership(
                reader.GetString(0), reader.GetBoolean(1), SpaceRoles.Highest(role), SpaceRoles.MayWrite(role), reader.GetFieldValue<DateTimeOffset>(3)));
        }

        return memberships;
    }

    public async ValueTask<IReadOnlyList<string>> MembersOfAsync(string spaceId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("""
            SELECT member.user_id FROM auth.members member JOIN auth.organizations space ON space.id = member.organization_id
            WHERE space.id = $1 AND space.deleted_at IS NULL
            """);
        command.Parameters.Add(new() { Value = spaceId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var members = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
            members.Add(reader.GetString(0));
        return members;
    }

    public async ValueTask<DateTimeOffset?> DeletedAtAsync(string spaceId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT deleted_at FROM auth.organizations WHERE id = $1");
        command.Parameters.Add(new() { Value = spaceId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) && !await reader.IsDBNullAsync(0, cancellationToken) ? reader.GetFieldValue<DateTimeOffset>(0) : null;
    }
}
