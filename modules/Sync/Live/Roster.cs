using Mana.Sync.Spaces;

namespace Mana.Sync.Live;

/// <summary>
/// Who is connected, by the scopes they may hear of. Every identified connection stands under its own user's scope too, so "all
/// connections of a user" is one lookup. Arrays are replaced, never changed: whoever holds one can walk it without a lock.
/// </summary>
internal sealed class Roster
{
    readonly Lock _lock = new();
    readonly HashSet<ILiveConnection> _open = [];
    readonly Dictionary<string, ILiveConnection[]> _byScope = new(StringComparer.Ordinal);
    int _identified;
    int _users;

    public int Open => Read(() => _open.Count);

    public int Identified => Read(() => _identified);

    /// <summary>Distinct users with at least one identified connection.</summary>
    public int Users => Read(() => _users);

    public int Unidentified => Read(() => _open.Count - _identified);

    public ILiveConnection[] Of(string scope)
    {
        lock (_lock)
            return _byScope.GetValueOrDefault(scope, []);
    }

    public ILiveConnection[] OfUser(string userId) => Of(ScopeNames.OfUser(userId));

    public ILiveConnection[] All()
    {
        lock (_lock)
            return [.. _open];
    }

    public void Add(ILiveConnection connection)
    {
        lock (_lock)
            _open.Add(connection);
    }

    /// <summary>Gives the connection an identity, in place of the one it has; false, and nothing changes, when that user has <paramref name="most"/> already.</summary>
    public bool TryIdentify(ILiveConnection connection, LiveIdentity identity, int most)
    {
        lock (_lock)
        {
            if (!_open.Contains(connection))
                return false;
            if (connection.Identity?.UserId != identity.UserId && _byScope.GetValueOrDefault(ScopeNames.OfUser(identity.UserId), []).Length >= most)
                return false;
            Leave(connection);
            Enter(connection, identity);
            return true;
        }
    }

    /// <summary>Replaces what an identity may hear; false when the connection has meanwhile taken another identity.</summary>
    public bool TryReplace(ILiveConnection connection, LiveIdentity current, LiveIdentity next)
    {
        lock (_lock)
        {
            if (!_open.Contains(connection) || !ReferenceEquals(connection.Identity, current))
                return false;
            Leave(connection);
            Enter(connection, next);
            return true;
        }
    }

    public void Remove(ILiveConnection connection)
    {
        lock (_lock)
        {
            if (_open.Remove(connection))
                Leave(connection);
        }
    }

    void Enter(ILiveConnection connection, LiveIdentity identity)
    {
        connection.Identity = identity;
        _identified++;
        foreach (var scope in identity.Tenant.Scopes)
            _byScope[scope.Name] = [.. _byScope.GetValueOrDefault(scope.Name, []), connection];
        if (_byScope[identity.Tenant.Own.Name].Length == 1)
            _users++;
    }

    void Leave(ILiveConnection connection)
    {
        if (connection.Identity is not { } identity)
            return;
        _identified--;
        foreach (var scope in identity.Tenant.Scopes)
        {
            var rest = Array.FindAll(_byScope[scope.Name], other => !ReferenceEquals(other, connection));
            if (rest.Length > 0)
                _byScope[scope.Name] = rest;
            else
                _byScope.Remove(scope.Name);
        }

        if (!_byScope.ContainsKey(identity.Tenant.Own.Name))
            _users--;
    }

    T Read<T>(Func<T> value)
    {
        lock (_lock)
            return value();
    }
}
