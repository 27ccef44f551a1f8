using System.Text.Json;
using Mana.Auth.Contracts;
using Mana.Kernel.Outbox;
using Npgsql;

namespace Mana.Auth.Tests;

/// <summary>
/// Every event that was committed. The dispatcher removes an event as soon as it is delivered, so a trigger keeps a copy, in the same
/// transaction: what is rolled back leaves none.
/// </summary>
internal sealed class EventLog(string database)
{
    static readonly Dictionary<string, Func<string, object>> Kinds = new(StringComparer.Ordinal)
    {
        [SpaceCreated.Name] = Read<SpaceCreated>,
        [GuildCreated.Name] = Read<GuildCreated>,
        [SpaceMemberAdded.Name] = Read<SpaceMemberAdded>,
        [SpaceMemberRemoved.Name] = Read<SpaceMemberRemoved>,
        [SpaceRoleChanged.Name] = Read<SpaceRoleChanged>,
        [SpaceDeleted.Name] = Read<SpaceDeleted>,
        [SessionRevoked.Name] = Read<SessionRevoked>,
        [UserRegistered.Name] = Read<UserRegistered>,
        [EmailVerified.Name] = Read<EmailVerified>,
    };

    public async Task StartAsync()
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("""
            CREATE TABLE public.event_log (number bigserial, type text, payload jsonb);
            CREATE FUNCTION public.log_event() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
              'BEGIN INSERT INTO public.event_log (type, payload) VALUES (NEW.type, NEW.payload); RETURN NEW; END';
            CREATE TRIGGER log_event AFTER INSERT ON auth.outbox FOR EACH ROW EXECUTE FUNCTION public.log_event();
            """, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Events about one space or one session; events of one transaction come in no promised order.</summary>
    public async Task<List<object>> OfAsync(string id)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            "SELECT type, payload::text FROM public.event_log WHERE $1 IN (payload->>'spaceId', payload->>'sessionId') ORDER BY number", connection);
        command.Parameters.Add(new() { Value = id });
        await using var reader = await command.ExecuteReaderAsync();
        var found = new List<object>();
        while (await reader.ReadAsync())
            found.Add(Kinds[reader.GetString(0)](reader.GetString(1)));
        return found;
    }

    /// <summary>Names of the events that carry a user's id, in order.</summary>
    public async Task<List<string>> NamesOfUserAsync(string userId)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            "SELECT type FROM public.event_log WHERE $1 IN (payload->>'userId', payload->>'ownerUserId') ORDER BY number", connection);
        command.Parameters.Add(new() { Value = userId });
        await using var reader = await command.ExecuteReaderAsync();
        var found = new List<string>();
        while (await reader.ReadAsync())
            found.Add(reader.GetString(0));
        return found;
    }

    static object Read<TEvent>(string json)
        where TEvent : IManaEvent => JsonSerializer.Deserialize<TEvent>(json, JsonSerializerOptions.Web)!;
}
