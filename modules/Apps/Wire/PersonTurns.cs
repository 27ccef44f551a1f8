using System.Collections.Concurrent;

namespace Mana.Apps.Wire;

/// <summary>
/// How many things one person may have done for them at a time on this host. Whoever waits here holds nothing yet: no connection, no processor. The table holds
/// whoever is at work now and nobody else.
/// </summary>
internal sealed class PersonTurns(int most)
{
    readonly ConcurrentDictionary<string, Turns> _people = new(StringComparer.Ordinal);

    /// <summary>Null when there was no turn in time; else dispose it.</summary>
    public async ValueTask<IDisposable?> EnterAsync(string person, TimeSpan patience, CancellationToken cancellationToken)
    {
        var turns = Join(person);
        try
        {
            if (await turns.Free.WaitAsync(patience, cancellationToken))
                return new Turn(this, turns);
        }
        catch
        {
            Leave(turns);
            throw;
        }

        Leave(turns);
        return null;
    }

    Turns Join(string person)
    {
        while (true)
        {
            var turns = _people.GetOrAdd(person, (key, free) => new Turns(key, new SemaphoreSlim(free)), most);
            lock (turns)
                if (turns.Users >= 0)
                {
                    turns.Users++;
                    return turns;
                }
        }
    }

    void Leave(Turns turns)
    {
        lock (turns)
        {
            if (--turns.Users > 0)
                return;
            turns.Users = -1;
            _people.TryRemove(turns.Person, out _);
            turns.Free.Dispose();
        }
    }

    sealed class Turns(string person, SemaphoreSlim free)
    {
        public string Person => person;

        public SemaphoreSlim Free => free;

        /// <summary>Who is at work or waits; -1: taken out of the table.</summary>
        public int Users { get; set; }
    }

    sealed class Turn(PersonTurns owner, Turns turns) : IDisposable
    {
        public void Dispose()
        {
            turns.Free.Release();
            owner.Leave(turns);
        }
    }
}
