using S390Sim.Cpu;

namespace S390Sim.Testing.Translation;

/// <summary>
/// What an access comes to, told a second time: from the figures of the Principles of Operation, chapter 3, with the manual's
/// bit numbers and one step after another, sharing nothing with the processor's own walk.
/// </summary>
public static class AccessModel
{
    /// <summary>Predicts an access.</summary>
    public static AccessOutcome Predict(AccessCase a) => new Walk(a).Access();

    private sealed class Walk(AccessCase a)
    {
        private bool _protected;
        private ulong _entry;
        private bool _isAbsolute;

        private bool Edat1 => a.HasEdat1 && Bit(a.Cr0, 40);
        private bool Edat2 => a.HasEdat2 && Edat1;
        private int Space => !a.Dat ? 0 : a.Kind != AccessKind.Instruction ? a.Space : a.Space == 3 ? 3 : 0;
        private ulong Asce => Space switch { 0 => a.Primary, 2 => a.Secondary, _ => a.Home };
        private bool IsPrivate => a.Dat && Bit(Asce, 55);

        public AccessOutcome Access()
        {
            var isLow = a.Address is <= 511 or >= 4096 and <= 4607;
            if (a.Kind == AccessKind.Store && isLow && Bit(a.Cr0, 35) && !IsPrivate) return Protected(0b100);
            var address = a.Address;
            if (a.Dat)
            {
                var code = Translate(ref address);
                if (code is ProgramCode.Addressing or ProgramCode.TranslationSpecification) return new(code, 0, 0, 0);
                if (code != ProgramCode.None) return new(code, Identification(0), 0, 0);
                if (a.Kind == AccessKind.Store && _protected) return Protected(0b001);
                var executes = a.Kind == AccessKind.Instruction;
                if (executes && a.HasExecutionProtection && Edat1 && Bit(a.Cr0, 20) && Bit(_entry, 55)) return Protected(0b101);
            }
            var absolute = _isAbsolute ? address : Prefixed(address);
            if (absolute >= AccessCase.StorageSize) return new(ProgramCode.Addressing, 0, 0, 0);
            var key = a.KeyOf(absolute);
            if (!IsPermitted(_isAbsolute && Bit(_entry, 47) ? (byte)(Field(_entry, 48, 52) << 3) : key)) return Protected(0b010);
            return new(ProgramCode.None, 0, absolute, (byte)(key | (a.Kind == AccessKind.Store ? 6 : 4)));
        }

        private bool IsPermitted(byte key)
        {
            if (a.Key == 0 || key >> 4 == a.Key) return true;
            if (Bit(a.Cr0, 39) && key >> 4 == 9) return true;
            if (a.Kind == AccessKind.Store) return false;
            return (key & 8) == 0 || (Bit(a.Cr0, 38) && a.Address < 2048 && !IsPrivate);
        }

        private ulong Prefixed(ulong real)
        {
            if (real < 8192) return real + a.Prefix;
            return real >= a.Prefix && real < a.Prefix + 8192 ? real - a.Prefix : real;
        }

        private ProgramCode Translate(ref ulong address)
        {
            if (Bit(Asce, 58)) return ProgramCode.None;
            ulong[] indexes = [Field(address, 0, 10), Field(address, 11, 21), Field(address, 22, 32), Field(address, 33, 43)];
            ProgramCode[] invalid = [ProgramCode.RegionFirstTranslation, ProgramCode.RegionSecondTranslation,
                ProgramCode.RegionThirdTranslation, ProgramCode.SegmentTranslation];
            var first = 3 - (int)Field(Asce, 60, 61);
            for (var n = 0; n < first; n++)
            {
                if (indexes[n] != 0) return ProgramCode.AsceType;
            }
            var (origin, offset, length) = (Field(Asce, 0, 51) << 12, 0UL, Field(Asce, 62, 63));
            for (var n = first; n < 4; n++)
            {
                var portion = indexes[n] / 512;
                if (portion < offset || portion > length) return invalid[n];
                if (!Fetch(origin + 8 * indexes[n])) return ProgramCode.Addressing;
                if (Bit(_entry, 58)) return invalid[n];
                if (Field(_entry, 60, 61) != (ulong)(3 - n)) return ProgramCode.TranslationSpecification;
                if (n == 3) return Segment(ref address);
                if (n == 2 && Edat2 && Bit(_entry, 59) && IsPrivate) return ProgramCode.TranslationSpecification;
                if (Edat1 && Bit(_entry, 54)) _protected = true;
                if (n == 2 && Edat2 && Bit(_entry, 53)) return Large(ref address, 32);
                (origin, offset, length) = (Field(_entry, 0, 51) << 12, Field(_entry, 56, 57), Field(_entry, 62, 63));
            }
            throw new InvalidOperationException("a walk ends at a segment");
        }

        private ProgramCode Segment(ref ulong address)
        {
            if (Bit(_entry, 59) && IsPrivate) return ProgramCode.TranslationSpecification;
            if (Bit(_entry, 54)) _protected = true;
            if (Edat1 && Bit(_entry, 53)) return Large(ref address, 43);
            if (!Fetch((Field(_entry, 0, 52) << 11) + 8 * Field(address, 44, 51))) return ProgramCode.Addressing;
            if (Bit(_entry, 53)) return ProgramCode.PageTranslation;
            if (Bit(_entry, 52) || (Bit(_entry, 55) && !Edat1)) return ProgramCode.TranslationSpecification;
            if (Bit(_entry, 54)) _protected = true;
            address = (Field(_entry, 0, 51) << 12) + Field(address, 52, 63);
            return ProgramCode.None;
        }

        private ProgramCode Large(ref ulong address, int last)
        {
            _isAbsolute = true;
            address = (Field(_entry, 0, last) << (63 - last)) + Field(address, last + 1, 63);
            return ProgramCode.None;
        }

        private bool Fetch(ulong place)
        {
            _entry = 0;
            if (place > AccessCase.StorageSize - 8) return false;
            _entry = a.EntryAt(place);
            return true;
        }

        private AccessOutcome Protected(int kind) => new(ProgramCode.Protection, Identification(kind), 0, 0);

        // Bits 52-53 fetch or store, 56, 60 and 61 the kind of protection, 62-63 the space.
        private ulong Identification(int kind)
        {
            if (!a.HasSuppression2) kind &= 1;
            var teid = (a.Address / 4096 * 4096) + (ulong)Space;
            if (a.HasFetchStoreIndication) teid += a.Kind == AccessKind.Store ? 0x400UL : 0x800UL;
            return teid + ((kind & 4) != 0 ? 0x80UL : 0) + ((kind & 2) != 0 ? 8UL : 0) + ((kind & 1) != 0 ? 4UL : 0);
        }

        private static ulong Field(ulong value, int first, int last) => (value << first) >> (first + 63 - last);

        private static bool Bit(ulong value, int number) => Field(value, number, number) == 1;
    }
}
